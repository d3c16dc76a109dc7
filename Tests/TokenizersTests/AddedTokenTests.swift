import Testing
import Tokenizers
import UntrustedInput

/// How tokens are found in a text, and the white space they take with them.
struct AddedTokenTests {
    private func tokenizer(_ tokens: String..., spaces: Bool = false) throws -> Tokenizer {
        var tiny = spaces ? TinyTokenizer.sentencePiece : TinyTokenizer.bytes
        tiny.addedTokens = "[\(tokens.joined(separator: ","))]"
        return try tiny.make()
    }

    @Test func theLongestOfTheLeftmostIsTaken() throws {
        let tokenizer = try tokenizer(
            TinyTokenizer.token(300, "<a"), TinyTokenizer.token(301, "<a>"), TinyTokenizer.token(302, "a>b"))
        #expect(tokenizer.encode("<a>b", specialTokens: .parsed) == [301, 98])
        #expect(tokenizer.encode("<a<a>", specialTokens: .parsed) == [300, 301])
    }

    @Test(arguments: [" ", "\n", "\u{85}", "\u{A0}", "\u{2028}", "\u{3000}", " \t\n\u{3000}"])
    func whiteSpaceGoesWithTheToken(_ space: String) throws {
        let tokenizer = try tokenizer(
            TinyTokenizer.token(300, "<r>", "rstrip"), TinyTokenizer.token(301, "<l>", "lstrip"))
        #expect(tokenizer.encode("<r>\(space)a", specialTokens: .parsed) == [300, 97])
        #expect(tokenizer.encode("a\(space)<l>", specialTokens: .parsed) == [97, 301])
        #expect(tokenizer.encode("<r>\(space)<l>", specialTokens: .parsed) == [300, 301])
        #expect(tokenizer.encode("<r>\u{200B}", specialTokens: .parsed).count == 4)
    }

    @Test func aSingleWordStandsAlone() throws {
        let tokenizer = try tokenizer(TinyTokenizer.token(300, "ab", "single_word"))
        #expect(tokenizer.encode("ab", specialTokens: .parsed) == [300])
        #expect(tokenizer.encode("(ab)", specialTokens: .parsed) == [40, 300, 41])
        #expect(tokenizer.encode("abc_ab", specialTokens: .parsed) == [97, 98, 99, 95, 97, 98])
        #expect(tokenizer.encode("éab", specialTokens: .parsed) == [0xC3, 0xA9, 97, 98])
    }

    /// Each stretch between tokens has its own ▁; a normalised token is looked for in the stretch with it.
    @Test func normalizedTokensAreFoundInTheNormalizedText() throws {
        let tokenizer = try tokenizer(
            TinyTokenizer.token(400, "<n>", "normalized", "special"), TinyTokenizer.token(401, "<r>"), spaces: true)
        #expect(tokenizer.encode("<r>a<r>a", specialTokens: .parsed) == [401, 259, 401, 259])
        #expect(tokenizer.encode("x <n>", specialTokens: .parsed) == [256, 263, 400])
        #expect(tokenizer.encode("x <n>").contains(400) == false)
    }

    /// Tokens of the text itself are found before those of the normalised text, even without a normalizer.
    @Test func normalizedTokensComeSecond() throws {
        let tokenizer = try tokenizer(TinyTokenizer.token(300, "ab", "normalized"), TinyTokenizer.token(98, "b"))
        #expect(tokenizer.encode("ab", specialTokens: .parsed) == [97, 98])
    }

    /// Message text yields no control token; a token that is none is matched anywhere.
    @Test func controlTokensAreTextUnlessParsed() throws {
        let tokenizer = try tokenizer(
            TinyTokenizer.token(300, "[S]", "special"), TinyTokenizer.token(301, "</m>"),
            TinyTokenizer.token(302, "----"))
        #expect(tokenizer.encode("[S]</m>----") == Array("[S]</m>".utf8).map(Int.init) + [302])
        #expect(tokenizer.encode("[S]</m>----", specialTokens: .parsed) == [300, 301, 302])
        #expect(tokenizer.isControl(300) && tokenizer.isControl(301) && !tokenizer.isControl(302))
        #expect(tokenizer.isSpecial(300) && !tokenizer.isSpecial(301))
    }

    /// A token is one only where the format wrote the whole of it; the white space after it goes all the same.
    @Test func segmentsAreEncodedAsOneText() throws {
        let tokenizer = try tokenizer(TinyTokenizer.token(300, "<u>", "special", "rstrip"))
        #expect(tokenizer.encode([.control("<u>\n"), .text("\n <u>a")]) == [300, 60, 117, 62, 97])
        #expect(tokenizer.encode([.control("<"), .text("u>")]) == [60, 117, 62])
        #expect(tokenizer.encode([.text("<u"), .control(">")]) == [60, 117, 62])
        #expect(tokenizer.encode([.control("<"), .control("u>")]) == [300])
    }

    @Test func contradictionsAreRefused() {
        let same = TinyTokenizer.token(300, "<a>")
        for tokens in [
            [same, same], [same, TinyTokenizer.token(301, "<a>")], [same, TinyTokenizer.token(300, "<b>")],
            [TinyTokenizer.token(5, "<a>")], [TinyTokenizer.token(-1, "<a>")], [TinyTokenizer.token(300, "")],
        ] {
            var tiny = TinyTokenizer.bytes
            tiny.addedTokens = "[\(tokens.joined(separator: ","))]"
            let json = tiny
            #expect(throws: InputError.self) { try json.make() }
        }
    }
}
