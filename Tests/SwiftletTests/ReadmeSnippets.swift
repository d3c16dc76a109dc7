import Foundation
import Swiftlet
import Testing

/// The README's Swift, compiled and run. ArchitectureTests holds the page against this file.
@Suite struct ReadmeSnippets {
    private static let file = "weights/SmolLM2-135M-Instruct.Q4_1.gguf"
    private static let isThere = FileManager.default.fileExists(atPath: file)

    @Test("a chat from a Swift program", .enabled(if: isThere, "needs \(file): make weights"))
    func chat() async throws {
        let model = try await LanguageModel.load("weights/SmolLM2-135M-Instruct.Q4_1.gguf")
        let chat = try ChatSession(model: model, instructions: "You answer in one sentence.")
        for try await text in chat.streamResponse(to: "Why is the sky blue?") {
            print(text, terminator: "")
        }

        print()
        #expect(await chat.history.count == 3)
    }
}
