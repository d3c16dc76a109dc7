import Synchronization

/// One line on standard error that tells how far a long work is; nothing where that is no terminal.
///
/// Redrawn at most ten times a second, so it may be called for every token or network read, from any thread.
public final class ProgressBar: Sendable {
    private struct State {
        var lastDraw: ContinuousClock.Instant?
        var isDrawn = false
    }

    private let text: ProgressText
    private let stream: TerminalStream
    private let start: ContinuousClock.Instant
    private let delay: Duration
    private let state = Mutex(State())

    private static let interval = Duration.milliseconds(100)
    /// A speed over less than this says nothing.
    private static let settling = Duration.milliseconds(500)

    /// - Parameter delay: how long the work must last before the line appears; a short work shows none.
    public init(
        _ label: String, unit: ProgressText.Unit, delay: Duration = .zero, stream: TerminalStream = .error
    ) {
        text = ProgressText(label: label, unit: unit)
        self.stream = stream
        self.delay = delay
        start = .now
    }

    /// - Parameter perSecond: the speed, where the caller knows it better than the mean since the start.
    public func update(done: Int, total: Int?, perSecond: Double? = nil) {
        guard stream.canDraw else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            guard now - start >= delay else { return }
            let isLast = done == total
            if let last = state.lastDraw, now - last < Self.interval, !isLast { return }
            state.lastDraw = now
            state.isDrawn = true
            let elapsed = now - start
            let mean = elapsed >= Self.settling ? Double(done) / (elapsed / .seconds(1)) : nil
            let line = text.line(done: done, total: total, perSecond: perSecond ?? mean)
            stream.write("\r" + Self.clipped(line, to: stream.width - 1) + "\u{1B}[K")
        }
    }

    /// Takes the line away, so that the next output starts on a clean row. Does nothing the second time.
    public func finish() {
        state.withLock { state in
            guard state.isDrawn else { return }
            state.isDrawn = false
            stream.write("\r\u{1B}[K")
        }
    }

    deinit { finish() }

    /// The line cut to the width: a wrapped line could not be overwritten.
    static func clipped(_ line: String, to width: Int) -> String {
        var columns = 0
        return String(
            line.prefix { character in
                columns += DisplayWidth.of(character)
                return columns <= width
            })
    }
}
