/// Runs a long work that tells nothing of how far it is, and shows on standard error that it goes on: `compiling, 12 s`.
///
/// - Parameters:
///   - delay: how long the work must last before the line appears, and how often it is drawn.
///   - stream: nothing is drawn where it is no terminal.
public func showingElapsedTime<Result>(
    _ label: String, delay: Duration = .seconds(1), stream: TerminalStream = .error,
    isolation: isolated (any Actor)? = #isolation, while work: () async throws -> Result
) async rethrows -> Result {
    guard stream.canDraw else { return try await work() }
    let drawing = Task.detached {
        let start = ContinuousClock.now
        while true {
            do { try await Task.sleep(for: delay) } catch { return }
            let line = "\(label), \(ProgressText.duration((ContinuousClock.now - start) / .seconds(1)))"
            stream.write("\r" + ProgressBar.clipped(line, to: stream.width - 1) + "\u{1B}[K")
        }
    }
    // The line is gone before anybody writes what came of the work.
    func finish() async {
        drawing.cancel()
        await drawing.value
        stream.write("\r\u{1B}[K")
    }
    do {
        let result = try await work()
        await finish()
        return result
    } catch {
        await finish()
        throw error
    }
}
