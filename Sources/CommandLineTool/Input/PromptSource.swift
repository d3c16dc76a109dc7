import ArgumentParser
import Foundation
import Terminal

/// Where the text of a prompt comes from: words, a file, standard input, in this order, each on lines of its own.
struct PromptSource {
    let words: String?
    let file: String?

    /// - Throws: a usage error where nobody gave a prompt.
    func text() throws -> String {
        var parts = [words].compactMap { $0 }
        if let file { parts.append(try TextFile.read(file)) }
        if file != "-", !TerminalStream.input.isTerminal {
            // `cat letter.txt | swiftlet run MODEL "Summarise:"`; an empty input adds nothing.
            let note = parts.isEmpty ? nil : LateNote("reading standard input too; give it < /dev/null to leave it out")
            defer { note?.cancel() }
            let input = try StandardInput.text()
            if !input.isEmpty { parts.append(input) }
        }
        guard !parts.isEmpty else {
            throw ValidationError("Give a prompt: in quotes after the model, with --file, or on standard input.")
        }
        return parts.joined(separator: "\n\n")
    }
}

/// Says something on standard error once a work lasts so long that a person may wonder.
private struct LateNote {
    private let work: DispatchWorkItem

    init(_ text: String) {
        work = DispatchWorkItem { StandardError.writeLine("swiftlet: \(text)") }
        DispatchQueue.global().asyncAfter(deadline: .now() + 1, execute: work)
    }

    func cancel() { work.cancel() }
}
