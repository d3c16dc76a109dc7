/// Which files of a repository or folder make a model: one GGUF (with all its parts), or a Hugging Face folder.
enum ModelFiles: Equatable {
    /// The parts in order; a model in one file has one.
    case gguf([String])
    case folder([String])

    var paths: [String] {
        switch self {
        case .gguf(let paths), .folder(let paths): paths
        }
    }

    /// Taken where nobody says which: 4 bits first, then what comes nearest.
    private static let preference = [
        "q4", "q4_k_m", "q4_k", "q4_k_s", "q4_1", "q4_0", "iq4_nl", "iq4_xs", "q5_k_m", "q6_k", "q8_0",
    ]

    private static let companions: Set<String> = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja",
        "chat_template.json", "model.safetensors.index.json",
    ]

    /// nil where the files hold no such model.
    init?(choosingFrom paths: [String], selector: String? = nil) {
        let models = Self.groups(paths)
        if let selector {
            guard let chosen = Self.match(selector, in: models) else { return nil }
            self = .gguf(chosen)
        } else if let first = models.first {
            self = .gguf(Self.preference.lazy.compactMap { Self.match($0, in: models) }.first ?? first)
        } else if paths.contains("config.json") {
            let weights = paths.filter { !$0.contains("/") && $0.hasSuffix(".safetensors") }
            // Some publishers add a second copy of all weights under another name.
            let named = weights.filter { $0.hasPrefix("model") }
            guard !weights.isEmpty else { return nil }
            self = .folder((paths.filter(Self.companions.contains) + (named.isEmpty ? weights : named)).sorted())
        } else {
            return nil
        }
    }

    /// The names a user may choose from, for an error.
    static func choices(in paths: [String]) -> [String] { groups(paths).map { $0[0] } }

    /// The GGUF models, each with its parts `…-00001-of-00003.gguf` in order; projectors of images are none.
    private static func groups(_ paths: [String]) -> [[String]] {
        var groups: [String: [String]] = [:]
        for path in paths where path.lowercased().hasSuffix(".gguf") && !fileName(path).hasPrefix("mmproj") {
            groups[stem(path), default: []].append(path)
        }
        return groups.keys.sorted().map { (groups[$0] ?? []).sorted() }
    }

    /// A file of that name, else the name that ends with the quantisation, else the best one that begins so (`q4` is
    /// `q4_k_m`), else the first that has it inside.
    private static func match(_ selector: String, in models: [[String]]) -> [String]? {
        let wanted = selector.lowercased()
        if let exact = models.first(where: { $0.contains { $0.lowercased() == wanted || fileName($0) == wanted } }) {
            return exact
        }
        let likely = [wanted] + preference.filter { $0.hasPrefix(wanted + "_") }
        for word in likely {
            if let match = models.first(where: { hasSuffixWord(stem($0[0]), word) }) { return match }
        }
        return models.first { stem in
            let stem = Self.stem(stem[0])
            return stem.split(whereSeparator: isSeparator).contains { $0 == wanted || $0.hasPrefix(wanted + "_") }
        }
    }

    private static func hasSuffixWord(_ stem: String, _ word: String) -> Bool {
        guard stem.hasSuffix(word) else { return false }
        return stem.dropLast(word.count).last.map { isSeparator($0) || $0 == "_" } ?? true
    }

    private static func isSeparator(_ character: Character) -> Bool {
        character == "-" || character == "." || character == "/"
    }

    private static func fileName(_ path: String) -> String {
        (path.split(separator: "/").last.map(String.init) ?? path).lowercased()
    }

    /// The path in lower case, without `.gguf` and the number of a part.
    private static func stem(_ path: String) -> String {
        let stem = path.lowercased().dropLast(".gguf".count)
        let words = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count > 3, words[words.count - 2] == "of", isPartNumber(words[words.count - 1]),
            isPartNumber(words[words.count - 3])
        else { return String(stem) }
        return words.dropLast(3).joined(separator: "-")
    }

    private static func isPartNumber(_ word: Substring) -> Bool {
        word.utf8.count == 5 && word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
