import Terminal
import Testing

@Suite struct LineBufferTests {
    private func buffer(_ keys: [Key], history: [String] = []) -> LineBuffer {
        var buffer = LineBuffer(history: history)
        for key in keys { _ = buffer.handle(key) }
        return buffer
    }

    private func shown(_ buffer: LineBuffer) -> String { buffer.beforeCursor + "|" + buffer.afterCursor }

    @Test func insertsAtTheCursor() {
        #expect(shown(buffer([.text("a"), .text("c"), .left, .text("b")])) == "ab|c")
    }

    @Test func movesAndDeletesByGraphemeClusters() {
        let family = "👨‍👩‍👧"
        #expect(
            shown(buffer([.text("x"), .text(family), .text("e"), .text("\u{301}"), .left, .left])) == "x|\(family)é")
        #expect(shown(buffer([.text("x"), .text(family), .backspace])) == "x|")
        #expect(shown(buffer([.text("🇩"), .text("🇪"), .left, .delete])) == "|")
        #expect(shown(buffer([.text("e"), .text("\u{301}"), .backspace])) == "|")
    }

    @Test func movesByWords() {
        let words: [Key] = [.text("one two-three")]
        #expect(shown(buffer(words + [.wordLeft])) == "one two-|three")
        #expect(shown(buffer(words + [.wordLeft, .wordLeft])) == "one |two-three")
        #expect(shown(buffer(words + [.home, .wordRight, .wordRight])) == "one two|-three")
    }

    @Test func homeAndEndStayInTheirRow() {
        let rows: [Key] = [.text("ab"), .newline, .text("cd"), .left]
        #expect(shown(buffer(rows + [.home])) == "ab\n|cd")
        #expect(shown(buffer(rows + [.home, .left, .home, .end])) == "ab|\ncd")
    }

    @Test func killsAndYanks() {
        #expect(shown(buffer([.text("one two"), .killWord, .home, .yank])) == "two|one ")
        #expect(shown(buffer([.text("one two"), .home, .killWordForward, .end, .yank])) == " twoone|")
        #expect(shown(buffer([.text("abcd"), .left, .left, .killToEnd, .yank, .yank])) == "abcdcd|")
        #expect(shown(buffer([.text("abcd"), .left, .killToStart])) == "|d")
    }

    @Test func edgesRingAndChangeNothing() {
        var line = LineBuffer()
        for key in [
            Key.left, .right, .wordLeft, .home, .end, .backspace, .delete, .killToEnd, .killWord, .yank, .up, .down,
        ] {
            #expect(line.handle(key) == .bell)
        }
        #expect(line.text.isEmpty)
    }

    @Test func historyKeepsTheDraft() {
        var line = buffer([.text("draft"), .up, .up], history: ["first", "second"])
        #expect(line.text == "first")
        #expect(line.handle(.up) == .bell)
        #expect(line.handle(.down) == .redraw)
        #expect(line.text == "second")
        #expect(line.handle(.down) == .redraw)
        #expect(shown(line) == "draft|")
        #expect(line.handle(.down) == .bell)
    }

    @Test func endings() {
        var line = LineBuffer()
        #expect(line.handle(.interrupt) == .interrupt(wasEmpty: true))
        #expect(line.handle(.endOfInput) == .endOfInput)
        _ = line.handle(.text("ab"))
        _ = line.handle(.home)
        #expect(line.handle(.endOfInput) == .redraw)
        #expect(line.handle(.enter) == .submit("b"))
        #expect(line.handle(.interrupt) == .interrupt(wasEmpty: false))
        #expect(line.text.isEmpty)
    }

    @Test func pasteCarriesNoControlCharacters() {
        #expect(buffer([.paste("a\r\nb\tc\u{1B}[31md\u{0}\re\u{9B}")]).text == "a\nb    c[31md\ne")
    }

    @Test(arguments: [
        ("/re", [], nil), ("/re", ["/read ", "/regen"], nil), ("/re", ["/regen"], "/regen"),
        ("/s", ["/start", "/stats"], "/sta"),
    ])
    func completionTakesWhatIsShared(typed: String, candidates: [String], completed: String?) {
        var line = buffer([.text(typed)])
        let changed = line.complete(with: candidates)
        #expect(changed == (completed != nil))
        #expect(shown(line) == (completed ?? typed) + "|")
    }

    @Test func blocksJoinLines() {
        var input = MultiLineInput()
        #expect(input.add("plain") == .message("plain"))
        #expect(input.add("\"\"\"one line\"\"\"") == .message("one line"))
        #expect(input.add("\"\"\"") == .needsMore)
        #expect(input.isOpen)
        #expect(input.add("a") == .needsMore)
        #expect(input.add("") == .needsMore)
        #expect(input.add("b") == .needsMore)
        #expect(input.add("\"\"\"") == .message("a\n\nb"))
        #expect(input.add("\"\"\"x") == .needsMore)
        #expect(input.finish() == "x")
        #expect(input.finish() == nil)
    }
}
