import Terminal
import Testing

@Suite struct DrawingTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("한", 2), ("ｱ", 1), ("Ａ", 2), ("👍", 2), ("👍🏽", 2),
        ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤", 1), ("❤\u{FE0F}", 2), ("\u{200B}", 0), ("\u{1B}", 0),
    ])
    func widths(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    private func layout(_ before: String, _ after: String = "", width: Int = 10, prompt: String = "> ") -> LineLayout {
        LineLayout(prompt: prompt, beforeCursor: before, afterCursor: after, width: width)
    }

    @Test func aShortLineIsOneRow() {
        let line = layout("ab", "c")
        #expect(line.rows == ["> abc"])
        #expect((line.cursorRow, line.cursorColumn) == (0, 4))
    }

    @Test func rowsBreakAtTheWidth() {
        #expect(layout("12345678").rows == ["> 12345678", ""])
        #expect(layout("12345678").cursorRow == 1)
        #expect(layout("1234567", "89").rows == ["> 12345678", "9"])
        #expect(layout("1234567", "8").rows == ["> 12345678"])
    }

    @Test func aWideCharacterIsNotCut() {
        let line = layout("1234567漢", "字")
        #expect(line.rows == ["> 1234567", "漢字"])
        #expect((line.cursorRow, line.cursorColumn) == (1, 2))
    }

    @Test func newLinesBreakRows() {
        let line = layout("a\n", "b\nc")
        #expect(line.rows == ["> a", "b", "c"])
        #expect((line.cursorRow, line.cursorColumn) == (1, 0))
    }

    @Test func aTallTextShowsTheRowsAroundTheCursor() {
        let tall = layout(String(repeating: "x\n", count: 50), String(repeating: "y\n", count: 50))
        let visible = tall.visibleRows(height: 20)
        #expect(visible.count == 20)
        #expect(visible.contains(tall.cursorRow))
        #expect(layout("a").visibleRows(height: 20) == 0..<1)
    }

    @Test func colourIsForTerminalsThatWelcomeIt() {
        func stream(_ isTerminal: Bool, _ environment: [String: String]) -> TerminalStream {
            TerminalStream(descriptor: 2, isTerminal: isTerminal, environment: environment)
        }
        #expect(stream(true, ["TERM": "xterm"]).styled("a", .red) == "\u{1B}[31ma\u{1B}[0m")
        #expect(stream(true, ["NO_COLOR": ""]).usesColor)
        #expect(stream(true, ["NO_COLOR": "1"]).styled("a", .red) == "a")
        #expect(stream(true, ["NO_COLOR": "1"]).canDraw)
        #expect(!stream(true, ["TERM": "dumb"]).canDraw)
        #expect(!stream(false, [:]).usesColor)
    }
}
