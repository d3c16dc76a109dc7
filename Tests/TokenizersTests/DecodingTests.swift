import Testing
import Tokenizers

struct DecodingTests {
    private func stream(_ tokenizer: Tokenizer, _ ids: [Int], skip: Bool = false) -> (pieces: [String?], rest: String?)
    {
        var stream = StreamDecoder(tokenizer, skipSpecialTokens: skip)
        return (ids.map { stream.append($0) }, stream.finish())
    }

    @Test func idsWithoutAPieceStandForNothing() throws {
        let tokenizer = try TinyTokenizer.bytes.make()
        #expect(tokenizer.decode([-1, 97, 256, Int.max, 98, Int.min]) == "ab")
        #expect(tokenizer.piece(of: -1) == nil && tokenizer.piece(of: 256) == nil)
        #expect(stream(tokenizer, [-1, 97, 4_000_000]).pieces == [nil, "a", nil])
    }

    @Test func neverHalfACharacter() throws {
        let tokenizer = try TinyTokenizer.bytes.make()
        let (pieces, rest) = stream(tokenizer, [0xF0, 0x9F, 0x98, 0x80, 0x41, 0xE2, 0x82])
        #expect(pieces == [nil, nil, nil, "😀", "A", nil, nil])
        #expect(rest == "\u{FFFD}")
    }

    /// Byte-level: the stream's parts together are what `decode` gives, for any bytes.
    @Test func byteLevelStreamEqualsDecode() throws {
        let tokenizer = try TinyTokenizer.bytes.make()
        var state: UInt64 = 3
        let likely = [
            0x41, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0, 0xF4, 0x90, 0xEF, 0xBF, 0xBD,
        ]
        for _ in 0..<2_000 {
            let ids = (0..<12).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 63 == 0 ? likely[Int(state >> 40) % likely.count] : Int(state >> 40) % 256
            }
            let (pieces, rest) = stream(tokenizer, ids)
            #expect(same(pieces.compactMap { $0 }.joined() + (rest ?? ""), tokenizer.decode(ids)))
            #expect(same(tokenizer.decode(ids), String(decoding: ids.map { UInt8($0) }, as: UTF8.self)))
        }
    }

    /// Byte fallback: a run of byte pieces is text as a whole, or U+FFFD for each byte.
    @Test func byteFallbackRuns() throws {
        let tokenizer = try TinyTokenizer.sentencePiece.make()
        #expect(tokenizer.decode([0xC3, 0xA9]) == "é")
        #expect(tokenizer.decode([0xC3, 0xA9, 0xC3]) == "\u{FFFD}\u{FFFD}\u{FFFD}")
        #expect(tokenizer.decode([0xC3, 263, 0xA9]) == "\u{FFFD}x\u{FFFD}")
        #expect(tokenizer.decode([259, 256, 261]) == "a  ab")
        #expect(stream(tokenizer, [259, 256, 261]).pieces == ["a", " ", " ab"])
        #expect(stream(tokenizer, [256, 0xC3, 0xA9]).pieces == [nil, nil, "é"])
    }

    /// Where the reference gives up, what was printed stays and the broken rest becomes U+FFFD.
    @Test func brokenBytesAfterACharacterDoNotFail() throws {
        let tokenizer = try TinyTokenizer.sentencePiece.make()
        let (pieces, rest) = stream(tokenizer, [0xC3, 0xA9, 0xC3, 263])
        #expect(pieces == [nil, "é", nil, "\u{FFFD}x"])
        #expect(rest == nil)
    }

    @Test func specialTokensAreLeftOutOnRequest() throws {
        var tiny = TinyTokenizer.sentencePiece
        tiny.addedTokens = "[\(TinyTokenizer.token(300, "<s>", "special")),\(TinyTokenizer.token(301, "<t>"))]"
        let tokenizer = try tiny.make()
        #expect(tokenizer.decode([300, 259, 301, 0xC3, 300, 0xA9]) == "<s> a<t>\u{FFFD}<s>\u{FFFD}")
        #expect(tokenizer.decode([300, 259, 301, 0xC3, 300, 0xA9], skipSpecialTokens: true) == "a<t>é")
        #expect(stream(tokenizer, [300, 259, 0xC3, 300, 0xA9], skip: true).pieces == [nil, "a", nil, nil, "é"])
    }

    @Test func withoutADecoderPiecesAreSpaced() throws {
        let tokenizer = try TinyTokenizer(vocabulary: [("a", 0), ("b", 1)]).make()
        #expect(tokenizer.decode([0, 1, 1]) == "a b b")
        #expect(stream(tokenizer, [0, 1, 1]).pieces == ["a", " b", " b"])
    }
}
