/// What the splitters ask about a scalar: its Unicode general category, as coarse as they need it.
///
/// The base plane is looked up in a table that is made once (64 KiB); the scalars above it are asked for each time.
enum CharacterClass: UInt8, Sendable {
    /// Lu, Lt
    case upper
    /// Ll
    case lower
    /// Lm, Lo
    case letter
    /// Mn, Mc, Me
    case mark
    /// Nd, Nl, No
    case number
    /// U+000A, U+000D
    case newline
    /// White_Space without the two newlines
    case space
    /// Punctuation, symbols, controls, unassigned
    case other

    @inline(__always)
    init(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x1_0000 {
            self = Self.basePlane[Int(scalar.value)]
        } else {
            self.init(askingFor: scalar)
        }
    }

    private static let basePlane: [CharacterClass] = (0..<0x1_0000).map { value in
        Unicode.Scalar(UInt32(value)).map { CharacterClass(askingFor: $0) } ?? .other
    }

    private init(askingFor scalar: Unicode.Scalar) {
        if scalar == "\n" || scalar == "\r" {
            self = .newline
            return
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter: self = .upper
        case .lowercaseLetter: self = .lower
        case .modifierLetter, .otherLetter: self = .letter
        case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
        case .decimalNumber, .letterNumber, .otherNumber: self = .number
        default: self = properties.isWhitespace ? .space : .other
        }
    }

    var isLetter: Bool { self == .upper || self == .lower || self == .letter }
    var isWhitespace: Bool { self == .newline || self == .space }
}
