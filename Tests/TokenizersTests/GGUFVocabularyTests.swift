import Testing
import Tokenizers
import UntrustedInput

struct GGUFVocabularyTests {
    private func spaced(name: String? = nil) -> GGUFVocabulary {
        GGUFVocabulary(
            model: "llama", tokens: ["<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", "ab", "<|user|>", "<0x-1>"],
            scores: [0, 0, 0, -1, -2, -3, -4, -5, 0, 0], tokenTypes: [2, 3, 4, 1, 1, 1, 1, 1, 3, 6],
            beginningID: 1, endID: 2, unknownID: 0, generalName: name, file: "tiny.gguf")
    }

    @Test func mergesFollowTheScores() throws {
        let tokenizer = try Tokenizer(gguf: spaced())
        #expect(tokenizer.encode("ab") == [6, 5])
        #expect(tokenizer.encode("bab") == [3, 5, 7])
        #expect(tokenizer.encode("<s>a", specialTokens: .parsed) == [1, 6])
        #expect(tokenizer.decode([1, 6, 5], skipSpecialTokens: true) == "ab")
        #expect(tokenizer.addsBeginning && !tokenizer.addsEnd)
    }

    /// `<0x-1>` is no byte, whatever its kind says.
    @Test func aByteHasTwoDigits() throws {
        #expect(try Tokenizer(gguf: spaced()).decode([9, 4]) == "<0x-1>a")
    }

    @Test(arguments: [("Phi-3-mini", true), ("my PHI3", true), ("llama", false), ("", false)])
    func theNameDecidesOverWhiteSpace(_ name: String, _ strips: Bool) throws {
        let tokenizer = try Tokenizer(gguf: spaced(name: name))
        #expect(tokenizer.encode("<|user|>\u{3000} a", specialTokens: .parsed) == (strips ? [8, 6] : [8, 3, 0, 6]))
        #expect(tokenizer.encode("<s> a", specialTokens: .parsed) == [1, 3, 6])
    }

    @Test func byteLevel() throws {
        var vocabulary = GGUFVocabulary(
            model: "gpt2", pre: "smollm", tokens: ["a", "b", "ab", "Ġ", "Ġab", "1"], merges: ["a b", "Ġ ab"],
            file: "tiny.gguf")
        #expect(try Tokenizer(gguf: vocabulary).encode("ab ab11") == [2, 4, 5, 5])
        vocabulary.pre = "deepseek-llm"
        #expect(throws: InputError.self) { try Tokenizer(gguf: vocabulary) }
        vocabulary.pre = "gpt-2"
        vocabulary.merges = ["ab"]
        #expect(throws: InputError.self) { try Tokenizer(gguf: vocabulary) }
        vocabulary.merges = nil
        #expect(throws: InputError.self) { try Tokenizer(gguf: vocabulary) }
    }

    /// Each limit at its value and one past it.
    @Test func limits() throws {
        func merges(_ count: Int) -> GGUFVocabulary {
            GGUFVocabulary(
                model: "gpt2", pre: "gpt-2", tokens: ["a", "b", "ab"], merges: Array(repeating: "a b", count: count),
                file: "tiny.gguf")
        }
        #expect(try Tokenizer(gguf: merges(Limits.mergeCount)).encode("ab") == [2])
        #expect(throws: InputError.self) { try Tokenizer(gguf: merges(Limits.mergeCount + 1)) }

        // 2¹⁴ squared is the whole work; another piece is too much.
        let long = String(repeating: "a", count: 1 << 14)
        #expect(long.utf8.count * long.utf8.count == Limits.pieceCutWork)
        var vocabulary = GGUFVocabulary(model: "llama", tokens: [long], scores: [0], file: "tiny.gguf")
        #expect(try Tokenizer(gguf: vocabulary).vocabularySize == 1)
        vocabulary.tokens.append("b")
        vocabulary.scores?.append(0)
        #expect(throws: InputError.self) { try Tokenizer(gguf: vocabulary) }
    }

    @Test func contradictionsNameTheField() {
        func refuses(_ field: String, _ change: (inout GGUFVocabulary) -> Void) {
            var vocabulary = spaced()
            change(&vocabulary)
            do {
                _ = try Tokenizer(gguf: vocabulary)
                Issue.record("\(field) was not refused")
            } catch {
                #expect(
                    error.file == "tiny.gguf" && error.field?.hasPrefix("tokenizer.ggml.\(field)") == true, "\(error)")
            }
        }
        refuses("model") { $0.model = "t5" }
        refuses("tokens") { $0.tokens = [] }
        refuses("tokens") { $0.tokens[5] = "a" }
        refuses("scores") { $0.scores = nil }
        refuses("scores") { $0.scores?.removeLast() }
        refuses("scores") { $0.scores?[4] = .nan }
        refuses("token_type") { $0.tokenTypes = [1] }
        refuses("token_type") { $0.tokenTypes?[4] = 7 }
        refuses("bos_token_id") { $0.beginningID = 10 }
        refuses("eos_token_id") { $0.endID = -1 }
        refuses("unknown_token_id") { $0.unknownID = 1 << 40 }
    }
}
