import Terminal
import Testing

@Suite struct KeyDecoderTests {
    private func keys(_ text: String) -> [Key] { keys(Array(text.utf8)) }

    private func keys(_ bytes: [UInt8]) -> [Key] {
        var decoder = KeyDecoder()
        return bytes.compactMap { decoder.decode($0) }
    }

    @Test func textIsGivenByScalars() {
        #expect(keys("aé漢👍") == [.text("a"), .text("é"), .text("漢"), .text("👍")])
    }

    @Test func brokenUTF8IsDroppedAndReadingGoesOn() {
        #expect(
            keys([0xFF, 0x61, 0xE6, 0x62, 0xC0, 0x80, 0x63, 0xED, 0xA0, 0x80, 0x64]) == [
                .text("a"), .text("b"), .text("c"), .text("d"),
            ])
    }

    @Test func controlCharacters() {
        #expect(
            keys("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{8}\t\r\u{B}\u{C}\u{E}\u{10}\u{15}\u{17}\u{19}\u{1A}\u{7F}") == [
                .home, .left, .interrupt, .endOfInput, .end, .right, .backspace, .tab, .enter, .killToEnd, .clearScreen,
                .down, .up, .killToStart, .killWord, .yank, .suspend, .backspace,
            ])
    }

    @Test(arguments: [
        ("[A", Key.up), ("[B", .down), ("[C", .right), ("[D", .left), ("OA", .up), ("[H", .home), ("OF", .end),
        ("[1~", .home), ("[4~", .end), ("[7~", .home), ("[8~", .end), ("[3~", .delete), ("[1;5C", .wordRight),
        ("[1;3D", .wordLeft), ("b", .wordLeft), ("f", .wordRight), ("d", .killWordForward), ("\u{7F}", .killWord),
        ("\r", .newline),
    ])
    func sequences(sequence: String, key: Key) {
        #expect(keys("\u{1B}" + sequence + "x") == [key, .text("x")])
    }

    @Test func unknownSequencesAreDroppedWhole() {
        #expect(keys("\u{1B}[200;300;1Rx\u{1B}[?1u\u{1B}[99~y") == [.text("x"), .text("y")])
        #expect(keys("\u{1B}[" + String(repeating: "1", count: 1_000) + "x").last == .text("x"))
        #expect(keys("\u{1B}[1;99999999999999999999999Cx") == [.right, .text("x")])
        #expect(keys("\u{1B}[1;-9223372036854775808Cx").last == .text("x"))
    }

    @Test func aLoneEscapeIsAKeyOnlyOnceNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.decode(0x1B) == nil)
        #expect(decoder.awaitsMore)
        #expect(decoder.flush() == .escape)
        #expect(!decoder.awaitsMore)
        #expect(decoder.flush() == nil)
    }

    @Test func pasteIsOneKeyWhateverItHolds() {
        #expect(keys("\u{1B}[200~a\n\u{1B}[A\u{3}é\u{1B}[201~b") == [.paste("a\n\u{1B}[A\u{3}é"), .text("b")])
    }
}
