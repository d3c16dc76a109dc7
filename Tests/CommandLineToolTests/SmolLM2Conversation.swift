import Foundation
import TestSupport
import Testing

/// Three turns with the default model, natively and by another engine on what `export` makes of it.
enum SmolLM2Conversation {
    private static let questions = "What is the capital of France?\nAnd of Italy?\nWhich of them is larger?\n"

    /// Proves that the other engine says what the native one says wherever that is sure, and that a turn computes only what is new.
    ///
    /// - Parameters:
    ///   - export: the format, with the options for weights as exact as it has them.
    ///   - backend: the options that have the folder run, as exactly as possible.
    ///   - environment: where the engine's library is.
    static func hold(export: [String], backend: [String], environment: [String: String]) throws {
        let native = try #require(SmolLM2.path)
        let folder = try ToolProcess.temporaryFolder()
        // Half a gigabyte.
        defer { try? FileManager.default.removeItem(at: folder) }
        let exported = folder.appendingPathComponent("smollm2").path
        let export = try ToolProcess.run(["export", export[0], native, "-o", exported] + export[1...])
        try #require(export.status == 0, "\(export.errors)")
        let answers = try [[native], [exported] + backend].map { arguments in
            let result = try ToolProcess.run(
                ["chat"] + arguments + ["--json", "--logprobs", "2", "--greedy", "-n", "40"], input: questions,
                environment: environment)
            try #require(result.status == 0, "\(result.errors)")
            return try result.jsonLines().map { try ChatAnswer($0) }
        }
        try #require(answers.map(\.count) == [3, 3])
        var known: [Int] = []
        for answer in answers[1] {
            #expect(answer.cachedTokens == max(0, known.count - 1) && answer.promptIDs.starts(with: known))
            known = answer.promptIDs + answer.ids
        }
        for (ours, theirs) in zip(answers[0], answers[1]) {
            let parting = zip(ours.ids, theirs.ids).enumerated().first { $1.0 != $1.1 }?.offset
            guard let parting else {
                #expect(ours.ids == theirs.ids && ours.text == theirs.text)
                continue
            }
            // Activations of 16 bits move a log-probability by a thousandth, seldom by ten.
            #expect(ours.margins[parting] < 0.02, "token \(parting) of \(ours.text) and of \(theirs.text)")
            break
        }
    }
}
