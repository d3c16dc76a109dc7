import Foundation
import TestSupport
import Tokenizers
import UntrustedInput

/// The oracle's tokenizers, each read once for all tests.
enum GoldenTokenizers {
    static func bytes(_ relative: String) throws -> [UInt8] {
        guard let path = Golden.path(relative) else { throw InputError.missingFile(file: relative) }
        return relative.hasSuffix(".gz")
            ? try gunzip(path) : [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The lines of a JSONL file.
    static func lines(_ relative: String) throws -> [JSON] {
        try bytes(relative).split(separator: 0x0A).map { try JSON(parsing: Array($0), file: relative) }
    }

    static func hub(_ name: String) throws -> Tokenizer {
        let folder = "tokenizers/\(name)"
        let configuration = try JSON(parsing: bytes("\(folder)/tokenizer_config.json"), file: "tokenizer_config.json")
        return try Tokenizer(
            tokenizerJSON: bytes("\(folder)/tokenizer.json.gz"), configuration: configuration, file: name)
    }

    /// `tokenizer.model` of Phi-3 with the added tokens of a `tokenizer_config.json`.
    static func sentencePiece(configuration: String) throws -> Tokenizer {
        try Tokenizer(
            sentencePieceModel: bytes("tokenizers/phi-3-mini/tokenizer.model"),
            configuration: JSON(parsing: bytes(configuration), file: configuration), file: "tokenizer.model")
    }

    static let phi3 = Result { try hub("phi-3-mini") }
    static let phi4 = Result { try hub("phi-4-mini") }
    static let smolLM2 = Result { try hub("smollm2") }
    /// The first revision of April 2024, where no token swallows white space.
    static let phi3April = Result {
        try sentencePiece(configuration: "tokenizers/phi-3-mini-apr2024/tokenizer_config.json")
    }
    static let phi3Vision = Result {
        try sentencePiece(configuration: "tokenizers/config-only/phi-3-vision/tokenizer_config.json")
    }
    static let phi3SentencePiece = Result {
        try sentencePiece(configuration: "tokenizers/phi-3-mini/tokenizer_config.json")
    }

    static func named(_ name: String) throws -> Tokenizer {
        switch name {
        case "phi-3-mini": try phi3.get()
        case "phi-4-mini": try phi4.get()
        case "smollm2": try smolLM2.get()
        case "phi-3-mini-apr2024": try phi3April.get()
        case "phi-3-vision": try phi3Vision.get()
        default: throw InputError.missingFile(file: name)
        }
    }

    static func gunzip(_ path: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return [UInt8](data)
    }
}

extension JSON {
    var integers: [Int]? { array?.compactMap(\.integer) }
}

/// Equal byte for byte: `==` on strings is canonical equivalence.
func same(_ left: String?, _ right: String?) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (let left?, let right?): left.utf8.elementsEqual(right.utf8)
    default: false
    }
}

/// The first few vectors that fail, for the message of one expectation.
struct Failures: CustomStringConvertible {
    private(set) var count = 0
    private var shown: [String] = []
    var isEmpty: Bool { count == 0 }

    mutating func add(_ message: @autoclosure () -> String) {
        count += 1
        if shown.count < 5 { shown.append(String(message().prefix(600))) }
    }

    var description: String { "\(count) failures; \(shown.joined(separator: "\n"))" }
}
