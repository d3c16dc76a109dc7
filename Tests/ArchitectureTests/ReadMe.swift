import Foundation

/// The code blocks of a Markdown page.
struct CodeBlocks {
    struct Block {
        let language: String
        let lines: [String]
        var text: String { lines.joined(separator: "\n") }
    }

    let blocks: [Block]

    init(of page: String) throws {
        self.init(markdown: try Checkout.text(page))
    }

    init(markdown: String) {
        var found: [Block] = []
        var language: String?
        var lines: [String] = []
        for line in markdown.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                if let language { found.append(Block(language: language, lines: lines)) }
                language = language == nil ? String(line.dropFirst(3)) : nil
                lines = []
            } else if language != nil {
                lines.append(line)
            }
        }
        blocks = found
    }

    func written(in language: String) -> [Block] { blocks.filter { $0.language == language } }

    /// The commands of all `sh` blocks, a line each, without their comments.
    var commands: [String] {
        written(in: "sh").flatMap(\.lines)
            .map { $0.components(separatedBy: " #")[0].trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}

/// The program under test, which lies beside the objects.
enum BuiltProgram {
    static let path: String? = ObjectFiles().map { "\($0.folder)/swiftlet" }
        .flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }

    /// What `swiftlet … --help` prints.
    static func help(_ subcommand: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        process.arguments = subcommand + ["--help"]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}
