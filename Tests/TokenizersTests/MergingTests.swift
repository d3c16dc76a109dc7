import Testing
import Tokenizers

struct MergingTests {
    private func letters(_ merges: [String]) -> TinyTokenizer {
        var tiny = TinyTokenizer.bytes
        for merge in merges {
            let piece = merge.filter { $0 != " " }
            if !tiny.vocabulary.contains(where: { $0.piece == piece }) {
                tiny.vocabulary.append((piece, tiny.vocabulary.count))
            }
        }
        tiny.merges = merges
        return tiny
    }

    @Test func theLowestRankMergesFirstAndTheLeftmostOfEquals() throws {
        let tokenizer = try letters(["b c", "a b", "a a", "aa a"]).make()
        #expect(tokenizer.encode("abc") == [97, 256])
        #expect(tokenizer.encode("aaa") == [259])
        #expect(tokenizer.encode("aaaaa") == [258, 259])
    }

    /// Short words are merged by scanning, long ones by the heap: the same pieces whatever the length.
    @Test func scanningAndHeapAgree() throws {
        let tokenizer = try letters(["a b", "b a", "ab a", "a a", "aba ba", "b b", "aa bb"]).make()
        var state: UInt32 = 7
        for count in 20..<80 {
            var text = ""
            for _ in 0..<count {
                state = state &* 1_664_525 &+ 1_013_904_223
                text += state >> 31 == 0 ? "a" : "b"
            }
            #expect(tokenizer.encode(text) == reference(text, tokenizer))
        }
    }

    /// Merging as the definition says it: find the best pair, merge it, begin again.
    private func reference(_ text: String, _ tokenizer: Tokenizer) -> [Int] {
        let ranks = ["a b", "b a", "ab a", "a a", "aba ba", "b b", "aa bb"]
        var word = text.map(String.init)
        while true {
            let pairs = word.indices.dropLast().compactMap { index in
                ranks.firstIndex(of: "\(word[index]) \(word[index + 1])").map { (rank: $0, index: index) }
            }
            guard let best = pairs.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else { break }
            word[best.index] += word.remove(at: best.index + 1)
        }
        return word.compactMap { tokenizer.id(of: $0) }
    }

    /// Ten times the text costs at most thirteen times the operations, whatever the text.
    @Test(arguments: ["a", "ab", "aab", "ba ", "é"])
    func growthIsNearlyLinear(_ pattern: String) throws {
        let tokenizer = try letters(["a b", "b a", "ab a", "a a", "aa aa", "aaaa aaaa", "aba ba", "b b"]).make()
        let small = tokenizer.mergeOperations(for: String(repeating: pattern, count: 10_000))
        let large = tokenizer.mergeOperations(for: String(repeating: pattern, count: 100_000))
        #expect(large <= 13 * max(small, 1))
        #expect(large < 60 * 100_000 * pattern.count)
    }

    /// Bytes that the vocabulary lacks vanish, as in SmolLM2.
    @Test func missingBytesAreDropped() throws {
        var tiny = TinyTokenizer.bytes
        tiny.vocabulary.removeAll { $0.id == 0x7A || $0.id == 0xC3 }
        let tokenizer = try tiny.make()
        #expect(tokenizer.encode("azb") == [97, 98])
        #expect(tokenizer.encode("é") == [0xA9])
    }

    @Test func unknownScalarsBecomeBytesOrUnknown() throws {
        let bytes = try TinyTokenizer.sentencePiece.make()
        #expect(bytes.encode("ab é") == [261, 256, 0xC3, 0xA9])
        var tiny = TinyTokenizer(vocabulary: [("<unk>", 0), ("a", 1)], modelFields: #","unk_token":"<unk>""#)
        #expect(try tiny.make().encode("aéßa") == [1, 0, 0, 1])
        tiny.modelFields += #","fuse_unk":true"#
        #expect(try tiny.make().encode("aéßa") == [1, 0, 1])
        tiny.modelFields = ""
        #expect(try tiny.make().encode("aéßa") == [1, 1])
    }

    @Test func wordsThatArePiecesMayIgnoreMerges() throws {
        var tiny = letters(["a b", "b c"])
        tiny.vocabulary.append(("abc", tiny.vocabulary.count))
        #expect(try tiny.make().encode("abc") == [256, 99])
        tiny.modelFields = #","ignore_merges":true"#
        #expect(try tiny.make().encode("abc") == [258])
    }
}
