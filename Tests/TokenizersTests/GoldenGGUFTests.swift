import Foundation
import TestSupport
import Testing
import Tokenizers
import UntrustedInput

private let folder = "tokenizers/llama.cpp-vocabs"

/// Vocabularies as GGUF files carry them give the ids of the tokenizers they were converted from.
struct GoldenGGUFTests {
    private func phi3(name: String? = nil) throws -> Tokenizer {
        let header = GGUFHeader(try GoldenTokenizers.bytes("\(folder)/ggml-vocab-phi-3.gguf.gz"))
        var vocabulary = header.vocabulary(file: "ggml-vocab-phi-3.gguf")
        if let name { vocabulary.generalName = name }
        return try Tokenizer(gguf: vocabulary)
    }

    /// llama.cpp's own test of this vocabulary: texts and their ids.
    @Test(.enabled(if: Golden.path(folder) != nil, "needs the golden data: \(folder)"))
    func phi3EqualsLlamaCpp() throws {
        let tokenizer = try phi3()
        let input = String(decoding: try GoldenTokenizers.bytes("\(folder)/ggml-vocab-phi-3.gguf.inp"), as: UTF8.self)
        let output = String(decoding: try GoldenTokenizers.bytes("\(folder)/ggml-vocab-phi-3.gguf.out"), as: UTF8.self)
        let texts = input.split(separator: "\n__ggml_vocab_test__\n", omittingEmptySubsequences: false)
        let ids = output.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.split(separator: " ").compactMap { Int($0) }
        }
        #expect(texts.count >= 46)
        for (text, ids) in zip(texts, ids) {
            #expect(tokenizer.encode(String(text)) == ids, "\(text.debugDescription)")
        }
    }

    /// The file's `general.name` is "Phi3": its tokens swallow white space, as those of July 2024 do.
    @Test(.enabled(if: Golden.path(folder) != nil, "needs the golden data: \(folder)"))
    func phi3EqualsTheJulyTokenizer() throws {
        try check(phi3(), "tokenizers/phi-3-mini/encode.jsonl")
    }

    /// Under another name they do not: the April tokenizer.
    @Test(.enabled(if: Golden.path(folder) != nil, "needs the golden data: \(folder)"))
    func anotherNameEqualsTheAprilTokenizer() throws {
        try check(phi3(name: "llama"), "tokenizers/phi-3-mini-apr2024/encode.jsonl")
    }

    @Test(
        .enabled(if: SmolLM2.path != nil, "needs weights/\(SmolLM2.fileName): run weights/fetch.sh"),
        .enabled(if: Golden.path("tokenizers/smollm2") != nil, "needs the golden data: tokenizers/smollm2"))
    func smolLM2EqualsItsTokenizer() throws {
        let path = try #require(SmolLM2.path)
        let handle = try #require(FileHandle(forReadingAtPath: path))
        let header = GGUFHeader([UInt8](try #require(try handle.read(upToCount: 8 << 20))))
        try check(Tokenizer(gguf: header.vocabulary(file: path)), "tokenizers/smollm2/encode.jsonl")
    }

    private func check(_ tokenizer: Tokenizer, _ file: String) throws {
        var failures = Failures()
        for line in try GoldenTokenizers.lines(file) {
            guard let text = line["text"]?.string, let ids = line["ids"]?.integers else { continue }
            let found = tokenizer.encode(text, specialTokens: .parsed)
            if found != ids { failures.add("\(text.debugDescription): \(found) instead of \(ids)") }
            if !same(tokenizer.decode(ids), line["decoded"]?.string ?? text) { failures.add("decode \(ids)") }
        }
        #expect(failures.isEmpty, "\(failures)")
    }
}
