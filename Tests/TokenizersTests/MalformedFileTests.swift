import Foundation
import TestSupport
import Testing
import Tokenizers
import UntrustedInput

/// The corpus of malformed files: each loads, or throws an error that names the file and the field.
@Suite(.enabled(if: Golden.path("fuzz") != nil, "needs the golden data: fuzz"))
struct MalformedFileTests {
    static let cases: [JSON] = {
        guard Golden.path("fuzz") != nil,
            let manifest = try? JSON(parsing: GoldenTokenizers.bytes("fuzz/manifest.json"), file: "manifest.json")
        else { return [] }
        return (manifest["cases"]?.array ?? []).filter { entry in
            let file = entry["file"]?.string ?? ""
            return ["tokenizer/", "spm/", "chat_template/"].contains { file.hasPrefix($0) }
        }
    }()

    @Test(arguments: cases)
    func outcome(_ entry: JSON) throws {
        let file = try #require(entry["file"]?.string)
        let bytes = try GoldenTokenizers.bytes("fuzz/\(file)")
        if file.hasPrefix("chat_template/") {
            #expect(ChatFormat.recognise(template: String(decoding: bytes, as: UTF8.self)) == nil)
            return
        }
        let result = Result {
            try file.hasPrefix("spm/")
                ? Tokenizer(sentencePieceModel: bytes, file: file) : Tokenizer(tokenizerJSON: bytes, file: file)
        }
        switch result {
        case .success(let tokenizer):
            #expect(entry["outcome"]?.string != "error" && entry["outcome"]?.string != "error-preferred")
            #expect(!tokenizer.encode("ab").isEmpty)
        case .failure(let error):
            let error = try #require(error as? InputError)
            #expect(entry["outcome"]?.string != "ok", "\(error)")
            #expect(error.file == file && error.field != nil)
        }
    }

    /// Every cut of a good file: an error or a tokenizer, never a trap.
    @Test(arguments: ["spm/spm-good.model", "tokenizer/tokenizer-good.json"])
    func truncations(_ file: String) throws {
        let bytes = try GoldenTokenizers.bytes("fuzz/\(file)")
        for count in 0..<bytes.count { load(Array(bytes[..<count]), file) }
    }

    @Test(arguments: ["spm/spm-good.model", "tokenizer/tokenizer-good.json"])
    func bitFlips(_ file: String) throws {
        let bytes = try GoldenTokenizers.bytes("fuzz/\(file)")
        var state: UInt64 = 1
        for _ in 0..<3_000 {
            var flipped = bytes
            for _ in 0..<2 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                flipped[Int(state >> 33) % bytes.count] ^= 1 << UInt8(state >> 60 & 7)
            }
            load(flipped, file)
        }
    }

    private func load(_ bytes: [UInt8], _ file: String) {
        do {
            let tokenizer =
                try file.hasPrefix("spm/")
                ? Tokenizer(sentencePieceModel: bytes, file: file) : Tokenizer(tokenizerJSON: bytes, file: file)
            let ids = tokenizer.encode("ab <s> \u{10FFFF}", specialTokens: .parsed)
            _ = tokenizer.decode(ids + [-1, Int.max, tokenizer.vocabularySize])
        } catch {
            #expect(error.file == file)
        }
    }
}
