import UntrustedInput

/// Recognises what a tokenizer.json wants done around the model, and refuses by name what Swiftlet does not do.
struct TokenizerLayout {
    private let fields: Fields

    init(_ fields: Fields) { self.fields = fields }

    private func unsupported(_ field: String, _ found: String, _ supported: [String]) -> InputError {
        .unsupported(file: fields.file, field: field, found: found, supported: supported)
    }

    /// The steps of a component: those of a Sequence, the component itself, or none.
    private func steps(_ key: String, _ members: String) throws(InputError) -> [Fields] {
        guard let component = try fields.optionalObject(key) else { return [] }
        return try component.string("type") == "Sequence" ? try component.objects(members) : [component]
    }

    // MARK: Normalizer

    func normalizer() throws(InputError) -> Normalizer {
        var result = Normalizer()
        for step in try steps("normalizer", "normalizers") {
            let type = try step.string("type")
            if type == "Prepend", result.isIdentity, try step.string("prepend").utf8.elementsEqual(Normalizer.space) {
                result.prependsSpace = true
            } else if type == "Replace", try replaces(step, "20", "E29681") {
                result.escapesSpaces = true
            } else {
                throw unsupported(
                    step.path, type, ["Prepend ▁", "Replace of a space by ▁", "a Sequence of the two"])
            }
        }
        return result
    }

    /// Whether a Replace step puts one string (in hexadecimal UTF-8) for another.
    private func replaces(_ step: Fields, _ pattern: String, _ content: String) throws(InputError) -> Bool {
        func hex(_ text: String) -> String {
            text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        }
        guard let found = try step.object("pattern").optionalString("String") else { return false }
        let replacement = try step.string("content")
        return hex(found) == pattern && hex(replacement) == content
    }

    // MARK: Pre-tokenizer

    static let supportedSplitters = [
        "none", "ByteLevel", "Digits + ByteLevel", "Split by the o200k expression + ByteLevel",
    ]

    func splitter() throws(InputError) -> (Splitter, isByteLevel: Bool) {
        let steps = try steps("pre_tokenizer", "pretokenizers")
        guard let last = steps.last else { return (.whole, false) }
        guard steps.count <= 2, try last.string("type") == "ByteLevel" else {
            throw unsupported("pre_tokenizer", try describe(steps), Self.supportedSplitters)
        }
        if try last.flag("add_prefix_space") {
            throw unsupported(last.name("add_prefix_space"), "true", ["false"])
        }
        // The reference takes a missing `use_regex` for true.
        let usesRegex = try last.optional("use_regex") == nil ? true : try last.flag("use_regex")
        guard steps.count == 2 else { return (usesRegex ? .gpt2 : .whole, true) }
        let first = steps[0]
        let type = try first.string("type")
        if type == "Digits", usesRegex, try first.flag("individual_digits") { return (.digitsThenGPT2, true) }
        if type == "Split", !usesRegex { return (try splitter(of: first), true) }
        throw unsupported("pre_tokenizer", try describe(steps), Self.supportedSplitters)
    }

    private func splitter(of split: Fields) throws(InputError) -> Splitter {
        // Every expression here covers the whole text, so removing what is between the matches, or keeping the
        // matches apart, is the same.
        let behavior = try split.string("behavior")
        let isInverted = try split.flag("invert")
        guard behavior == "Removed" && isInverted || behavior == "Isolated" && !isInverted else {
            throw unsupported(split.name("behavior"), behavior, ["Removed, inverted", "Isolated"])
        }
        switch try split.object("pattern").optionalString("Regex") {
        case O200kSplitter.pattern: return .o200k
        case let other:
            throw unsupported(split.name("pattern"), other.map { "\"\($0)\"" } ?? "no Regex", ["the o200k expression"])
        }
    }

    private func describe(_ steps: [Fields]) throws(InputError) -> String {
        var names: [String] = []
        for step in steps { names.append(try step.string("type")) }
        return names.joined(separator: " + ")
    }

    // MARK: Decoder

    func decoder() throws(InputError) -> PieceDecoder {
        let steps = try steps("decoder", "decoders")
        let name = try describe(steps)
        switch name {
        case "": return .spaced
        case "ByteLevel": return .byteLevel
        case "Replace + ByteFallback + Fuse", "Replace + ByteFallback + Fuse + Strip":
            guard try replaces(steps[0], "E29681", "20") else { break }
            guard steps.count == 4 else { return .byteFallback(stripsLeadingSpace: false) }
            guard try steps[3].string("content") == " ", try steps[3].integer("start") == 1,
                try steps[3].integer("stop") == 0
            else { break }
            return .byteFallback(stripsLeadingSpace: true)
        default: break
        }
        throw unsupported(
            "decoder", name, ["ByteLevel", "Replace ▁ + ByteFallback + Fuse", "the same + Strip of one leading space"])
    }

    // MARK: Post-processor

    /// Whether the template puts a special token before a text, and which.
    func beginning(_ vocabulary: Vocabulary) throws(InputError) -> (Bool, Int?) {
        for step in try steps("post_processor", "processors") where try step.string("type") == "TemplateProcessing" {
            guard let first = try step.objects("single").first, let special = try first.optionalObject("SpecialToken")
            else { continue }
            let id = vocabulary.id(of: try special.string("id"))
            return (id != nil, id)
        }
        return (false, nil)
    }
}
