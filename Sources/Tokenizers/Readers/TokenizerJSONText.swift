import UntrustedInput

/// A tokenizer.json cut in three: the vocabulary, the merges, and all the rest.
///
/// The two big members of `model` are read from their bytes: hundreds of thousands of small JSON values would cost
/// more than the tokenizer itself, and a dictionary of `String` takes canonically equivalent pieces for one.
struct TokenizerJSONText {
    /// The whole text with `null` in place of the two big members; read by the strict parser.
    let rest: JSON
    /// The bytes of `model.vocab`, if it is an object.
    let vocabulary: Range<Int>?
    /// The bytes of `model.merges`, if it is an array.
    let merges: Range<Int>?
    let bytes: [UInt8]

    init(_ bytes: [UInt8], file: String) throws(InputError) {
        guard bytes.count <= Limits.tokenizerBytes else {
            throw .limitExceeded(
                file: file, field: "size", found: UInt64(bytes.count), limit: UInt64(Limits.tokenizerBytes))
        }
        var outline = Outline(bytes: bytes)
        outline.scan()
        vocabulary = outline.vocabulary
        merges = outline.merges
        self.bytes = bytes
        let cuts = [outline.vocabulary, outline.merges].compactMap { $0 }.sorted { $0.lowerBound < $1.lowerBound }
        var rest: [UInt8] = []
        var start = 0
        for cut in cuts {
            rest += bytes[start..<cut.lowerBound]
            rest += Array("null".utf8)
            start = cut.upperBound
        }
        self.rest = try JSON(parsing: rest + bytes[start...], file: file)
    }
}

/// Finds `model.vocab` and `model.merges` by counting brackets. Takes any bytes: what is no JSON is left for the
/// parsers to refuse.
private struct Outline {
    let bytes: [UInt8]
    private(set) var vocabulary: Range<Int>?
    private(set) var merges: Range<Int>?

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func scan() {
        var depth = 0
        // The key last read at depth 1 and at depth 2 (the colon after a string makes it a key).
        var outerKey: Range<Int>?
        var key: Range<Int>?
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let end = endOfString(index)
                key = index + 1..<max(index + 1, end - 1)
                index = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 2, names(outerKey, "model"), let end = bigMember(key, at: index) {
                    index = end
                    continue
                }
                if depth == 1 { outerKey = key }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
            default: break
            }
            index += 1
        }
    }

    private mutating func bigMember(_ key: Range<Int>?, at start: Int) -> Int? {
        if bytes[start] == UInt8(ascii: "{"), vocabulary == nil, names(key, "vocab") {
            let end = endOfBrackets(start)
            vocabulary = start..<end
            return end
        }
        if bytes[start] == UInt8(ascii: "["), merges == nil, names(key, "merges") {
            let end = endOfBrackets(start)
            merges = start..<end
            return end
        }
        return nil
    }

    private func names(_ key: Range<Int>?, _ name: StaticString) -> Bool {
        guard let key else { return false }
        return bytes[key].elementsEqual(name.description.utf8)
    }

    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }

    private func endOfBrackets(_ start: Int) -> Int {
        var depth = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(index)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return bytes.count
    }
}
