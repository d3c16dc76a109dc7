package import Checkpoints
package import UntrustedInput

/// The tokenizer of a made checkpoint, as the metadata that holds it.
package struct SynthTokenizer: Sendable {
    package let metadata: [(key: String, value: GGUFValue)]
    /// Tokens: rows of the embedding.
    package let size: Int

    /// That of another GGUF file, whole model or vocabulary alone, as it is; only a list that is shorter than the
    /// embedding is filled up with unused tokens, as converters do.
    package init(copying path: String, atLeast minimum: Int) throws(InputError) {
        let source = try Checkpoint.open(path).metadata
        guard let count = source.arrayCount(Key.tokens) else {
            guard let type = source.typeName(of: Key.tokens) else { throw .missing(file: path, field: Key.tokens) }
            throw .wrongType(file: path, field: Key.tokens, found: type, expected: "array of string")
        }
        guard (1...Limits.vocabularySize).contains(count) else {
            throw .outOfRange(
                file: path, field: Key.tokens, found: "\(count) tokens", expected: "1 to \(Limits.vocabularySize)")
        }
        var values: [(key: String, value: GGUFValue)] = []
        for key in source.keys where key.hasPrefix("tokenizer.") {
            let padded = count < minimum ? try Self.padded(key, of: source, from: count, to: minimum) : nil
            if let value = padded ?? source.value(key) { values.append((key, value)) }
        }
        metadata = values
        size = max(count, minimum)
    }

    /// A list with an element for each token, filled up; nil for all other keys.
    private static func padded(
        _ key: String, of source: Metadata, from count: Int, to size: Int
    ) throws(InputError) -> GGUFValue? {
        func checked<Element: GGUFElement>(_ list: [Element]) throws(InputError) -> [Element] {
            guard list.count == count else {
                throw .inconsistent(
                    file: source.file, field: key, found: "\(list.count) values",
                    expected: "one for each of the \(count) tokens")
            }
            return list
        }
        switch key {
        case Key.tokens: return GGUFValue(try source.stringArray(key) + (count..<size).map { "[PAD\($0)]" })
        case Key.scores:
            let scores = try checked(try source.floatArray(key))
            return GGUFValue(scores + [Float](repeating: -10_000, count: size - count))
        case Key.types:
            let types = try checked(try source.intArray(key, in: 0...Int(Int32.max)).map { Int32($0) })
            return GGUFValue(types + [Int32](repeating: Kind.unused, count: size - count))
        default: return nil
        }
    }

    fileprivate enum Key {
        static let tokens = "tokenizer.ggml.tokens"
        static let scores = "tokenizer.ggml.scores"
        static let types = "tokenizer.ggml.token_type"
    }

    fileprivate enum Kind {
        static let (normal, unknown, control, unused, byte) = (Int32(1), Int32(2), Int32(3), Int32(5), Int32(6))
    }
}

extension SynthTokenizer {
    /// A SentencePiece vocabulary that was never trained: four control tokens, the 256 bytes, printable ASCII, then all
    /// words of two letters, of three and so on, bare and after a space. Any text becomes tokens, and back.
    package init(size: Int) {
        var tokens = ["<unk>", "<s>", "</s>"]
        var types = [Kind.unknown, Kind.control, Kind.control]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            tokens.append("<0x\(byte < 16 ? "0" : "")\(digits)>")
            types.append(Kind.byte)
        }
        // llama.cpp looks it up in every model whose name says Phi-3, and gives up where it is not.
        tokens.append("<|endoftext|>")
        types.append(Kind.control)
        let space = "\u{2581}"
        tokens.append(space)
        for scalar in 0x21..<0x7F { tokens.append(String(UnicodeScalar(UInt8(scalar)))) }
        let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(UnicodeScalar($0)) }
        var words = letters
        tokens += letters.map { space + $0 }
        while tokens.count < size {
            words = words.flatMap { word in letters.map { word + $0 } }
            for word in words.prefix(size - tokens.count) { tokens += [word, space + word] }
        }
        tokens = Array(tokens.prefix(size))
        types += [Int32](repeating: Kind.normal, count: max(0, size - types.count))
        metadata = [
            ("tokenizer.ggml.model", GGUFValue("llama")), ("tokenizer.ggml.pre", GGUFValue("default")),
            (Key.tokens, GGUFValue(tokens)),
            // Shorter pieces first: SentencePiece joins those of the highest score.
            (Key.scores, GGUFValue(tokens.indices.map { -Float($0) })),
            (Key.types, GGUFValue(Array(types.prefix(size)))),
            ("tokenizer.ggml.bos_token_id", GGUFValue(UInt32(1))),
            ("tokenizer.ggml.eos_token_id", GGUFValue(UInt32(2))),
            ("tokenizer.ggml.unknown_token_id", GGUFValue(UInt32(0))),
            ("tokenizer.ggml.add_bos_token", GGUFValue(true)), ("tokenizer.ggml.add_eos_token", GGUFValue(false)),
        ]
        self.size = size
    }
}
