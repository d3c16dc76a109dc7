import ArgumentParser
import Foundation
import Swiftlet
import Tokenizers
import UntrustedInput

/// `swiftlet tokenize`: text to ids and back, for people and, as JSON lines, for those who compare engines.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Shows the token ids of a text, or reads and writes JSON lines.",
        discussion: """
            MODEL may also be a folder with only tokenizer files, a tokenizer.json, or a GGUF file with only a vocabulary.
            With --jsonl each line of standard input is one object and gives one line of output:
              (default)   {"text", "parse_special"?: true}           -> {"ids"}
              --decode    {"ids", "skip_special"?: false}            -> {"text"}
              --stream    {"ids", "skip_special"?: false}            -> {"pieces": [string|null, ...]}
              --messages  {"messages", "add_generation_prompt"?: true, "template"?: name} -> {"rendered", "ids"}
            A line that cannot be answered gives {"error"}, and exit code 65 at the end.
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model, then the text; without a text, standard input.")
    var words: [String] = []

    @Flag(help: "Read and write JSON lines.")
    var jsonl = false

    @Flag(exclusivity: .exclusive, help: "The direction, with --jsonl; else --decode takes ids as the text.")
    var direction: Direction = .encode

    @Flag(help: "Do not turn control tokens such as <|end|> in the text into their ids.")
    var plain = false

    enum Direction: String, EnumerableFlag {
        case encode, decode, stream, messages
    }

    func run() throws {
        let (name, others) = try model.resolve(words, maximumOthers: jsonl ? 0 : 1)
        let source = try TokenizerSource(path: try ModelLocation.resolve(name))
        if jsonl { return try runLines(source) }
        guard direction == .encode || direction == .decode else {
            throw ValidationError("--\(direction.rawValue) needs --jsonl.")
        }
        let text = try others.first ?? StandardInput.text()
        if direction == .decode {
            try StandardOutput.writeLine(source.tokenizer.decode(try ids(text)))
        } else {
            try show(source.tokenizer.encode(text, specialTokens: plain ? .asText : .parsed), source.tokenizer)
        }
    }

    /// One line for each token, id and piece, so that a strange split can be seen.
    private func show(_ ids: [Int], _ tokenizer: Tokenizer) throws {
        for id in ids {
            let number = String(id)
            let padding = String(repeating: " ", count: max(0, 8 - number.count))
            try StandardOutput.writeBuffered(
                "\(padding)\(number)  \(Report.string(tokenizer.piece(of: id) ?? "").line)\n")
        }
        if StandardError.isTerminal { StandardError.writeLine("\(ids.count) tokens") }
    }

    /// Ids separated by commas or spaces, in brackets or not.
    private func ids(_ text: String) throws -> [Int] {
        try text.split { ", []\n\t".contains($0) }.map { word in
            guard let id = Int(word) else { throw ValidationError("'\(word)' is not a token id.") }
            return id
        }
    }

    private func runLines(_ source: TokenizerSource) throws {
        let lines = TokenizeLines(source: source)
        var failures = 0
        let answer = { (number: Int, bytes: [UInt8]) in
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return }
            var report: Report
            do {
                let line = try JSON(parsing: bytes, file: "line \(number)")
                report = try lines.answer(line, direction, line: number)
            } catch {
                failures += 1
                report = ["error": .string("\(error)")]
            }
            try StandardOutput.writeBuffered(report.line + "\n")
        }
        try StandardInput.forEachLine(answer, drained: StandardOutput.flush)
        if failures > 0 { throw Failure(.badData, "lines of standard input that could not be answered: \(failures)") }
    }
}
