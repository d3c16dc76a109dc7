/// Turns the bytes of a terminal in raw mode into keys, one byte at a time, so that a sequence may come in pieces.
///
/// Understands UTF-8, the control characters of a Unix line, CSI and SS3 sequences as xterm sends them
/// (ECMA-48; "XTerm Control Sequences"), Alt as a leading escape, and bracketed paste. What it does not know it drops.
public struct KeyDecoder: Sendable {
    private enum State: Sendable {
        case ground
        case character(bytes: [UInt8], missing: Int)
        case escape
        case controlSequence([UInt8])
        case singleShift
        case paste([UInt8])
    }

    private var state = State.ground

    /// A control sequence longer than this is noise.
    private static let maximumSequence = 32
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    public init() {}

    /// Whether an escape stands alone so far: it is the Escape key if nothing follows soon.
    public var awaitsMore: Bool {
        if case .escape = state { true } else { false }
    }

    /// Nothing followed in time: a lone escape is a key of its own.
    public mutating func flush() -> Key? {
        guard case .escape = state else { return nil }
        state = .ground
        return .escape
    }

    /// Takes one byte; gives the key that it completes, if any.
    public mutating func decode(_ byte: UInt8) -> Key? {
        switch state {
        case .ground: return ground(byte)
        case .character(let bytes, let missing): return character(bytes, missing, byte)
        case .escape: return escape(byte)
        case .controlSequence(let bytes): return controlSequence(bytes, byte)
        case .singleShift:
            state = .ground
            return Self.letterKey(byte, modified: false)
        case .paste(var bytes):
            state = .ground  // releases the array, so that appending does not copy it
            bytes.append(byte)
            if bytes.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
                return .paste(String(decoding: bytes.dropLast(Self.pasteEnd.count), as: UTF8.self))
            }
            state = .paste(bytes)
            return nil
        }
    }

    private mutating func ground(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x01: return .home
        case 0x02: return .left
        case 0x03: return .interrupt
        case 0x04: return .endOfInput
        case 0x05: return .end
        case 0x06: return .right
        case 0x08, 0x7F: return .backspace
        case 0x09: return .tab
        case 0x0A, 0x0D: return .enter
        case 0x0B: return .killToEnd
        case 0x0C: return .clearScreen
        case 0x0E: return .down
        case 0x10: return .up
        case 0x15: return .killToStart
        case 0x17: return .killWord
        case 0x19: return .yank
        case 0x1A: return .suspend
        case 0x1B:
            state = .escape
            return nil
        case 0x20..<0x7F: return .text(String(UnicodeScalar(byte)))
        case 0xC2...0xDF: return begin(byte, missing: 1)
        case 0xE0...0xEF: return begin(byte, missing: 2)
        case 0xF0...0xF4: return begin(byte, missing: 3)
        default: return nil
        }
    }

    private mutating func begin(_ byte: UInt8, missing: Int) -> Key? {
        state = .character(bytes: [byte], missing: missing)
        return nil
    }

    private mutating func character(_ bytes: [UInt8], _ missing: Int, _ byte: UInt8) -> Key? {
        state = .ground
        guard (0x80...0xBF).contains(byte) else { return ground(byte) }
        guard missing == 1 else {
            state = .character(bytes: bytes + [byte], missing: missing - 1)
            return nil
        }
        return String(validating: bytes + [byte], as: UTF8.self).map { .text($0) }
    }

    private mutating func escape(_ byte: UInt8) -> Key? {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .controlSequence([])
        case UInt8(ascii: "O"): state = .singleShift
        case 0x1B: state = .escape
        case UInt8(ascii: "b"): return .wordLeft
        case UInt8(ascii: "f"): return .wordRight
        case UInt8(ascii: "d"): return .killWordForward
        case 0x08, 0x7F: return .killWord
        case 0x0A, 0x0D: return .newline
        default: break
        }
        return nil
    }

    private mutating func controlSequence(_ bytes: [UInt8], _ byte: UInt8) -> Key? {
        guard (0x40...0x7E).contains(byte) else {
            let isPart = (0x20...0x3F).contains(byte) && bytes.count < Self.maximumSequence
            state = isPart ? .controlSequence(bytes + [byte]) : .ground
            return nil
        }
        state = .ground
        let parameters = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { UInt16(String(decoding: $0, as: UTF8.self)).map(Int.init) ?? 1 }
        // The second parameter is 1 + a mask of shift 1, alt 2, control 4.
        let isModified = parameters.count > 1 && (parameters[1] - 1) & 6 != 0
        guard byte == UInt8(ascii: "~") else { return Self.letterKey(byte, modified: isModified) }
        switch parameters.first {
        case 1, 7: return .home
        case 3: return isModified ? .killWordForward : .delete
        case 4, 8: return .end
        case 200:
            state = .paste([])
            return nil
        default: return nil
        }
    }

    private static func letterKey(_ byte: UInt8, modified: Bool) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): modified ? .wordRight : .right
        case UInt8(ascii: "D"): modified ? .wordLeft : .left
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "H"): .home
        default: nil
        }
    }
}
