import Swiftlet
import Terminal

extension Inspection {
    /// For people: what there is first, the long list of tensors last.
    var text: String {
        var lines = ["file           \(checkpoint.path)", "format         \(formatName)"]
        if let configuration {
            lines.append("")
            lines += configuration.members.map { line($0.name, $0.value) }
        }
        if let tokenizer {
            lines.append("")
            lines += tokenizer.lines
        }
        lines.append("")
        lines += tensorLines
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ value: Report) -> String {
        if case .string(let text) = value { return "\(name.padded(to: 24)) \(text)" }
        return "\(name.padded(to: 24)) \(value.line)"
    }

    private var tensorLines: [String] {
        guard !checkpoint.tensors.isEmpty else { return ["no tensors"] }
        let types = types.map { "\($0.count) × \($0.type.rawValue)" }.joined(separator: ", ")
        let width = checkpoint.tensors.map { $0.name.count }.max() ?? 0
        return ["\(checkpoint.tensors.count) tensors, \(ProgressText.bytes(tensorBytes)): \(types)"]
            + checkpoint.tensors.map { tensor in
                "  \(tensor.name.padded(to: width))  \(tensor.type.rawValue.padded(to: 6))  "
                    + "\(tensor.shape.description.padded(to: 16))  \(ProgressText.bytes(tensor.byteRange.count))"
            }
    }
}

extension TokenizerSource {
    fileprivate var lines: [String] {
        let format =
            chatFormat.map { "\($0.name), ends a turn with \($0.endOfTurn.joined(separator: " "))" }
            ?? "none: \(chatFormatFailure ?? "unknown")"
        let marks = [("begins", tokenizer.beginningID), ("ends", tokenizer.endID)].map { name, id in
            "\(name) with \(id.map(described) ?? "nothing")"
        }
        return [
            "tokenizer      \(tokenizer.algorithm), \(tokenizer.vocabularySize) ids, \(tokenizer.addedTokens.count) added tokens",
            "               \(marks.joined(separator: ", "))",
            "end tokens     \(endTokens.sorted().map(described).joined(separator: ", "))",
            "chat format    \(format)",
        ]
    }

    private func described(_ id: Int) -> String { "\(id) \(tokenizer.piece(of: id) ?? "?")" }
}
