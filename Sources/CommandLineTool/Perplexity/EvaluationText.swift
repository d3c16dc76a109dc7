import Swiftlet
import UntrustedInput

/// What is evaluated: a text, or windows that a file of reference logits brings.
struct EvaluationText: Sendable {
    let name: String
    let text: String

    /// The text that the program has with it.
    static let builtIn = EvaluationText(name: "Persuasion, chapters 1 to 5 (Jane Austen, 1817)", text: persuasion)

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// A file as llama.cpp's programs read one: without the newline at its end.
    init(file: String) throws {
        var text = try TextFile.read(file)
        // By scalars: a carriage return before it is a character of its own to those programs, and stays.
        if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
        self.init(name: TextFile.name(file), text: text)
    }

    /// Cuts the text into windows of a model's tokens. Control tokens in it are plain text.
    ///
    /// - Throws: exit status 65 where the text is too short.
    func windows(for model: LanguageModel, length: Int, maximumCount: Int?) throws -> TextWindows {
        let ids = model.encode(text)
        let windows = TextWindows(
            ids, length: length, beginning: model.windowBeginning, maximumCount: maximumCount)
        guard let windows else {
            throw InputError.outOfRange(
                file: name, field: "text", found: "\(ids.count) tokens",
                expected: "at least two windows of \(length): \(2 * length)")
        }
        return windows
    }
}

extension LanguageModel {
    /// What stands at the start of each window.
    var windowBeginning: Int? { tokenizer.addsBeginning ? tokenizer.beginningID : nil }
}
