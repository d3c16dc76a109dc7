/// Where prompt, text and cursor stand on a terminal of a given width.
///
/// Rows are broken here and not by the terminal, so that the place of the cursor is known and not guessed: a wide
/// character that does not fit leaves the last column free, and a full row always ends before the next begins.
package struct LineLayout: Equatable {
    package private(set) var rows: [String] = [""]
    package private(set) var cursorRow = 0
    package private(set) var cursorColumn = 0
    private var column = 0
    private let width: Int

    /// - Parameter prompt: its visible text, without escape sequences.
    package init(prompt: String, beforeCursor: String, afterCursor: String, width: Int) {
        self.width = max(width, 2)
        append(prompt)
        append(beforeCursor)
        if column == self.width { breakRow() }
        cursorRow = rows.count - 1
        cursorColumn = column
        append(afterCursor)
    }

    private mutating func append(_ text: String) {
        for character in text {
            if character == "\n" {
                breakRow()
                continue
            }
            let columns = DisplayWidth.of(character)
            if column + columns > width { breakRow() }
            rows[rows.count - 1].append(character)
            column += columns
        }
    }

    private mutating func breakRow() {
        rows.append("")
        column = 0
    }

    /// The rows to show in a window of `height` rows: those around the cursor.
    package func visibleRows(height: Int) -> Range<Int> {
        guard rows.count > height else { return 0..<rows.count }
        let first = min(max(0, cursorRow - height / 2), rows.count - height)
        return first..<(first + height)
    }
}
