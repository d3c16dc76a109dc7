/// Bytes to text as they come, holding back what may still change: WHATWG's decoder, one U+FFFD for each maximal
/// part of a character that cannot be completed (Unicode 17, section 3.9, table 3-8).
struct UTF8Assembler {
    /// Whole characters not taken yet.
    private var text: [UInt8] = []
    /// The beginning of a character.
    private var partial: [UInt8] = []
    /// Continuation bytes still missing, and the range of the next one.
    private var missing = 0
    private var nextRange: ClosedRange<UInt8> = 0x80...0xBF

    static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Whether something so far was no UTF-8.
    private(set) var hasErrors = false
    /// Whether the last byte ended a character.
    var isComplete: Bool { partial.isEmpty }

    mutating func append(_ byte: UInt8) {
        if missing > 0 {
            if nextRange.contains(byte) {
                partial.append(byte)
                missing -= 1
                nextRange = 0x80...0xBF
                if missing == 0 {
                    text += partial
                    partial.removeAll(keepingCapacity: true)
                }
                return
            }
            abandonPartial()
        }
        switch byte {
        case 0x00...0x7F: text.append(byte)
        case 0xC2...0xDF: begin(byte, missing: 1)
        case 0xE0: begin(byte, missing: 2, next: 0xA0...0xBF)
        case 0xED: begin(byte, missing: 2, next: 0x80...0x9F)
        case 0xE1...0xEF: begin(byte, missing: 2)
        case 0xF0: begin(byte, missing: 3, next: 0x90...0xBF)
        case 0xF1...0xF3: begin(byte, missing: 3)
        case 0xF4: begin(byte, missing: 3, next: 0x80...0x8F)
        default:
            hasErrors = true
            text += Self.replacement
        }
    }

    /// What is complete, unless it ends in U+FFFD or in the middle of a character: then nothing yet.
    mutating func take() -> String? {
        guard partial.isEmpty, !text.isEmpty, !text.suffix(3).elementsEqual(Self.replacement) else { return nil }
        return takeAll()
    }

    /// Everything, a character cut short as U+FFFD.
    mutating func takeAll() -> String? {
        if missing > 0 { abandonPartial() }
        guard !text.isEmpty else { return nil }
        defer { text.removeAll(keepingCapacity: true) }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func begin(_ byte: UInt8, missing: Int, next: ClosedRange<UInt8> = 0x80...0xBF) {
        partial.append(byte)
        self.missing = missing
        nextRange = next
    }

    private mutating func abandonPartial() {
        hasErrors = true
        text += Self.replacement
        partial.removeAll(keepingCapacity: true)
        missing = 0
        nextRange = 0x80...0xBF
    }
}
