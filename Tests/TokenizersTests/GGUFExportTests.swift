import Foundation
import TestSupport
import Testing
import Tokenizers
import UntrustedInput

/// A tokenizer written as a GGUF's vocabulary and read again is the same tokenizer.
@Suite struct GGUFExportTests {
    private static let texts = [
        "the swift flies over the barn", " two  spaces", "Zürich, 東京! 🐦", "theswiftther", "a\n\n\tb 1234567",
        "x = [3.14, 'it''s'];", "",
    ]

    private static let folders: [String] = {
        let tiny = ["phi3-base-f32", "llama-gqa-tied-bf16", "phi4mini-like-bf16"]
            .map { Golden.repository.appendingPathComponent("Tests/Golden/\($0)").path }
        let other = Golden.path("tokenizers").map { root in
            ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted().map { "\(root)/\($0)" }
                .filter { FileManager.default.fileExists(atPath: "\($0)/tokenizer.json") }
        }
        return tiny + (other ?? [])
    }()

    private func bytes(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) }
    }

    @Test("ids and text are the same after the way through GGUF", arguments: folders)
    func roundTrip(folder: String) throws {
        let configuration = try bytes("\(folder)/tokenizer_config.json").map { bytes throws in
            try JSON(parsing: bytes, file: "tokenizer_config.json")
        }
        let tokenizer = try Tokenizer(
            tokenizerJSON: try #require(bytes("\(folder)/tokenizer.json")), configuration: configuration,
            file: "tokenizer.json")
        let size = tokenizer.vocabularySize + 7
        let gguf = try tokenizer.ggufVocabulary(size: size, generalName: "Phi-3", file: "tokenizer.json")
        #expect(gguf.tokens.count == size && gguf.tokenTypes?.count == size)
        #expect(gguf.tokens.last == "[PAD\(size - 1)]" && gguf.tokenTypes?.last == 5)
        let copy = try Tokenizer(gguf: gguf)
        for text in Self.texts {
            let ids = tokenizer.encode(text)
            #expect(copy.encode(text) == ids, "\(text)")
            #expect(copy.decode(ids) == tokenizer.decode(ids), "\(text)")
        }
        #expect(copy.beginningID == tokenizer.beginningID && copy.endID == tokenizer.endID)
        #expect(copy.addsBeginning == tokenizer.addsBeginning)
        for token in tokenizer.addedTokens {
            #expect(copy.id(of: token.content) == token.id && copy.isSpecial(token.id) == token.isSpecial)
        }
    }

    @Test("more ids than the embedding has rows are refused")
    func tooSmall() throws {
        let path = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32/tokenizer.json").path
        let tokenizer = try Tokenizer(tokenizerJSON: try #require(bytes(path)), file: "tokenizer.json")
        let error = #expect(throws: InputError.self) {
            try tokenizer.ggufVocabulary(size: 100, generalName: "", file: "tokenizer.json")
        }
        #expect(error?.file == "tokenizer.json")
    }
}
