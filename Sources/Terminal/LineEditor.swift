import Foundation

/// Reads lines from a person with editing, history and completion; from a file or a pipe, plainly.
///
/// All drawing goes to standard error: standard output holds answers alone. Not for use by two threads at once.
public final class LineEditor {
    public enum Outcome: Equatable, Sendable {
        case line(String)
        /// Ctrl-C on an empty line. (Ctrl-C on a line that holds text clears it, and reading goes on.)
        case interrupted
        /// Ctrl-D on an empty line, or the end of the file.
        case endOfInput
    }

    /// Gives what the text before the cursor could become, whole, e.g. `/re` → `/read `, `/regen`.
    public typealias Completion = (_ beforeCursor: String) -> [String]

    public private(set) var history: LineHistory
    private let input: Int32
    private let output: TerminalStream
    private let completion: Completion
    private var decoder = KeyDecoder()
    private var pendingBytes: [UInt8] = []
    /// The row of the cursor within what was drawn last.
    private var drawnCursorRow = 0

    /// How long an escape may stand alone before it is the Escape key.
    private static let escapeMilliseconds: Int32 = 50

    /// - Parameter historyPath: nil keeps the history in memory only.
    public init(
        historyPath: String? = nil, input: Int32 = 0, output: TerminalStream = .error,
        completion: @escaping Completion = { _ in [] }
    ) {
        history = LineHistory(path: historyPath)
        self.input = input
        self.output = output
        self.completion = completion
    }

    /// Whether lines are edited; off a terminal they are read plainly, with no prompt.
    public var isInteractive: Bool { isTerminal(input) && output.canDraw }

    /// Reads one message: a line, or the lines between `"""` and `"""`.
    public func readMessage(prompt: String = "> ", continuationPrompt: String = "… ") -> Outcome {
        var block = MultiLineInput()
        while true {
            switch readLine(prompt: block.isOpen ? continuationPrompt : prompt, remembers: false) {
            case .line(let line):
                guard case .message(let message) = block.add(line) else { continue }
                history.append(message)
                return .line(message)
            case .interrupted:
                guard block.isOpen else { return .interrupted }
                block = MultiLineInput()
            case .endOfInput:
                return block.finish().map { .line($0) } ?? .endOfInput
            }
        }
    }

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - prompt: plain text without escape sequences; it is drawn in bold.
    ///   - remembers: whether the line joins the history.
    public func readLine(prompt: String = "> ", remembers: Bool = true) -> Outcome {
        guard isInteractive, RawMode.enter(input, drawingOn: output.descriptor) else {
            return readPlainLine()
        }
        defer { RawMode.leave(input, drawingOn: output.descriptor) }
        var buffer = LineBuffer(history: history.entries)
        drawnCursorRow = 0
        draw(buffer, prompt)
        while let key = nextKey() {
            switch buffer.handle(key) {
            case .none: break
            case .redraw: draw(buffer, prompt)
            case .bell: output.write("\u{7}")
            case .submit(let line):
                finish(buffer, prompt)
                if remembers { history.append(line) }
                return .line(line)
            case .interrupt(let wasEmpty):
                guard !wasEmpty else {
                    finish(buffer, prompt)
                    return .interrupted
                }
                draw(buffer, prompt)
            case .endOfInput:
                finish(buffer, prompt)
                return .endOfInput
            case .complete: complete(&buffer, prompt)
            case .clearScreen:
                output.write("\u{1B}[H\u{1B}[2J")
                drawnCursorRow = 0
                draw(buffer, prompt)
            case .suspend: suspend(buffer, prompt)
            }
        }
        finish(buffer, prompt)
        return .endOfInput
    }

    // MARK: Input

    private func readPlainLine() -> Outcome {
        var line: [UInt8] = []
        while true {
            if let end = pendingBytes.firstIndex(of: UInt8(ascii: "\n")) {
                line += pendingBytes[..<end]
                pendingBytes.removeFirst(end + 1)
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return .line(String(decoding: line, as: UTF8.self))
            }
            line += pendingBytes
            guard let bytes = FileDescriptor.read(from: input) else {
                pendingBytes = []
                return line.isEmpty ? .endOfInput : .line(String(decoding: line, as: UTF8.self))
            }
            pendingBytes = bytes
        }
    }

    private func nextKey() -> Key? {
        while true {
            while !pendingBytes.isEmpty {
                if let key = decoder.decode(pendingBytes.removeFirst()) { return key }
            }
            if decoder.awaitsMore, !FileDescriptor.hasInput(input, within: Self.escapeMilliseconds),
                let key = decoder.flush()
            {
                return key
            }
            guard let bytes = FileDescriptor.read(from: input) else { return nil }
            pendingBytes = bytes
        }
    }

    // MARK: Drawing

    private func draw(_ buffer: LineBuffer, _ prompt: String) {
        // While more keys wait (a paste, a fast typist) only the last state is worth drawing.
        guard pendingBytes.isEmpty else { return }
        let size = output.size
        let layout = LineLayout(
            prompt: prompt, beforeCursor: buffer.beforeCursor, afterCursor: buffer.afterCursor, width: size.columns)
        let visible = layout.visibleRows(height: size.rows)
        var rows = Array(layout.rows[visible])
        if visible.lowerBound == 0, let first = rows.first, first.hasPrefix(prompt) {
            rows[0] = output.styled(prompt, .bold) + first.dropFirst(prompt.count)
        }
        let cursorRow = layout.cursorRow - visible.lowerBound
        output.write(
            Self.up(drawnCursorRow) + "\r\u{1B}[J" + rows.joined(separator: "\r\n")
                + Self.up(rows.count - 1 - cursorRow) + "\r"
                + (layout.cursorColumn > 0 ? "\u{1B}[\(layout.cursorColumn)C" : ""))
        drawnCursorRow = cursorRow
    }

    /// Leaves the cursor on a fresh row below the line.
    private func finish(_ buffer: LineBuffer, _ prompt: String) {
        var buffer = buffer
        while !buffer.afterCursor.isEmpty, buffer.handle(.end) == .redraw || buffer.handle(.right) == .redraw {}
        pendingDraw(buffer, prompt)
        output.write("\r\n")
        drawnCursorRow = 0
    }

    /// Draws even though keys wait.
    private func pendingDraw(_ buffer: LineBuffer, _ prompt: String) {
        let waiting = pendingBytes
        pendingBytes = []
        draw(buffer, prompt)
        pendingBytes = waiting
    }

    private func complete(_ buffer: inout LineBuffer, _ prompt: String) {
        let candidates = completion(buffer.beforeCursor)
        if buffer.complete(with: candidates) {
            draw(buffer, prompt)
        } else if candidates.count > 1 {
            finish(buffer, prompt)
            output.write(candidates.joined(separator: "  ") + "\r\n")
            draw(buffer, prompt)
        } else {
            output.write("\u{7}")
        }
    }

    /// Ctrl-Z: the shell gets its terminal, and we ours again when it brings us back.
    private func suspend(_ buffer: LineBuffer, _ prompt: String) {
        finish(buffer, prompt)
        RawMode.leave(input, drawingOn: output.descriptor)
        raise(SIGTSTP)
        _ = RawMode.enter(input, drawingOn: output.descriptor)
        draw(buffer, prompt)
    }

    private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }
}
