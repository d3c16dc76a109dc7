import Foundation
import TestSupport
import Testing
import Tokenizers
import UntrustedInput

private let isThere = Golden.path("tokenizers") != nil

/// Every vector of the oracle (Hugging Face tokenizers 0.23.3), exact.
@Suite(.enabled(if: isThere, "needs the golden data: tokenizers"))
struct GoldenVectorTests {
    @Test(arguments: ["phi-3-mini", "phi-4-mini", "smollm2", "phi-3-mini-apr2024"])
    func encodesAndDecodes(_ name: String) throws {
        let tokenizer = try GoldenTokenizers.named(name)
        try check(tokenizer, "tokenizers/\(name)/encode.jsonl")
    }

    @Test func sentencePieceModelEqualsTokenizerJSON() throws {
        try check(GoldenTokenizers.phi3SentencePiece.get(), "tokenizers/phi-3-mini/encode.jsonl")
    }

    private func check(_ tokenizer: Tokenizer, _ file: String) throws {
        var failures = Failures()
        let lines = try GoldenTokenizers.lines(file)
        for line in lines {
            guard let text = line["text"]?.string, let ids = line["ids"]?.integers else { continue }
            let name = line["id"]?.string ?? ""
            let found = tokenizer.encode(text, specialTokens: .parsed)
            if found != ids {
                let at = zip(found, ids).enumerated().first { $1.0 != $1.1 }?.offset ?? min(found.count, ids.count)
                failures.add(
                    "\(name) encode \(text.debugDescription.prefix(200)) at \(at): \(found.dropFirst(at).prefix(8)) instead of \(ids.dropFirst(at).prefix(8))"
                )
            }
            let decoded = line["decoded"]?.string ?? text
            let skipped = line["decoded_skip_special"]?.string ?? decoded
            if !same(tokenizer.decode(ids), decoded) { failures.add("\(name) decode \(ids)") }
            if !same(tokenizer.decode(ids, skipSpecialTokens: true), skipped) { failures.add("\(name) skip \(ids)") }
        }
        #expect(lines.count > 500)
        #expect(failures.isEmpty, "\(failures)")
    }

    /// The tiny models carry the same tokenizer twice.
    @Test(
        .enabled(if: Golden.path("models") != nil, "needs the golden data: models"),
        arguments: ["phi3-base-f32", "phi4mini-like-f32", "llama-gqa-tied-f32"])
    func bothFilesOfAModelAgree(_ name: String) throws {
        func json(_ file: String) throws -> JSON? {
            guard Golden.path("models/\(name)/\(file)") != nil else { return nil }
            return try JSON(parsing: GoldenTokenizers.bytes("models/\(name)/\(file)"), file: file)
        }
        let hub = try Tokenizer(
            tokenizerJSON: GoldenTokenizers.bytes("models/\(name)/tokenizer.json"),
            configuration: json("tokenizer_config.json"), addedTokens: json("added_tokens.json"), file: name)
        let sentencePiece = try Tokenizer(
            sentencePieceModel: GoldenTokenizers.bytes("models/\(name)/tokenizer.model"),
            configuration: json("tokenizer_config.json"), addedTokens: json("added_tokens.json"), file: name)
        #expect(hub.vocabularySize == sentencePiece.vocabularySize)
        #expect(hub.endTokens == sentencePiece.endTokens && hub.beginningID == sentencePiece.beginningID)
        for line in try GoldenTokenizers.lines("tokenizers/phi-3-mini/encode.jsonl") {
            guard let text = line["text"]?.string, text.utf8.count < 1_000 else { continue }
            let ids = hub.encode(text, specialTokens: .parsed)
            #expect(sentencePiece.encode(text, specialTokens: .parsed) == ids)
            #expect(sentencePiece.decode(ids) == hub.decode(ids))
        }
    }

    @Test(arguments: ["phi-3-mini", "phi-4-mini", "smollm2"])
    func decodesAnyIDs(_ name: String) throws {
        let tokenizer = try GoldenTokenizers.named(name)
        var failures = Failures()
        for line in try GoldenTokenizers.lines("tokenizers/\(name)/decode.jsonl") {
            guard let ids = line["ids"]?.integers, let decoded = line["decoded"]?.string else { continue }
            let skipped = line["decoded_skip_special"]?.string ?? decoded
            if !same(tokenizer.decode(ids), decoded) { failures.add("\(ids): \(tokenizer.decode(ids)) \(decoded)") }
            if !same(tokenizer.decode(ids, skipSpecialTokens: true), skipped) { failures.add("skip \(ids)") }
        }
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test(arguments: ["phi-3-mini", "phi-4-mini", "smollm2"])
    func streams(_ name: String) throws {
        let tokenizer = try GoldenTokenizers.named(name)
        var failures = Failures()
        for line in try GoldenTokenizers.lines("tokenizers/\(name)/stream.jsonl") {
            guard let ids = line["ids"]?.integers, let skips = line["skip_special"]?.bool else { continue }
            var stream = StreamDecoder(tokenizer, skipSpecialTokens: skips)
            let pieces = ids.map { stream.append($0) }
            let rest = stream.finish()
            guard let expected = line["pieces"]?.array else {
                // The reference gives up here; a person waiting for the answer must not notice.
                #expect(line["error"] != nil)
                #expect(!(pieces.compactMap { $0 }.joined() + (rest ?? "")).isEmpty)
                continue
            }
            if pieces.count != expected.count || !zip(pieces, expected).allSatisfy({ same($0, $1.string) }) {
                failures.add("\(line["id"]?.string ?? "") \(ids): \(pieces) instead of \(expected.map(\.string))")
            }
        }
        #expect(failures.isEmpty, "\(failures)")
    }

    /// What llama.cpp gives for text that must not be parsed, where it agrees with the oracle otherwise.
    @Test(arguments: ["phi-3-mini", "phi-4-mini", "smollm2"])
    func untrustedTextYieldsNoControlToken(_ name: String) throws {
        let tokenizer = try GoldenTokenizers.named(name)
        var failures = Failures()
        for line in try GoldenTokenizers.lines("tokenizers/\(name)/encode.jsonl") {
            guard let text = line["text"]?.string, let ids = line["ids"]?.integers else { continue }
            let found = tokenizer.encode(text)
            #expect(!found.contains { tokenizer.isControl($0) })
            if line["ids_llamacpp"] != nil { continue }
            let expected = line["ids_llamacpp_parse_special_false"]?.integers ?? ids
            if found != expected {
                failures.add("\(line["id"]?.string ?? "") \(text.debugDescription): \(found) instead of \(expected)")
            }
        }
        #expect(failures.isEmpty, "\(failures)")
    }
}
