import Generation
import Terminal

/// Follows an answer as it is made: its text to standard output, the progress of a long prompt to the terminal.
struct AnswerPrinter: Sendable {
    let printsText: Bool

    /// A prompt that is through sooner needs no progress line.
    private static let patience = Duration.seconds(1)

    func print<Events: AsyncSequence>(_ events: Events) async throws -> Completion
    where Events.Element == TextEvent {
        let bar = ProgressBar("prefill", unit: .tokens, delay: Self.patience)
        for try await event in events {
            switch event {
            case .prefill(let progress):
                bar.update(done: progress.completed, total: progress.total)
            case .text(let delta):
                bar.finish()
                if printsText { try StandardOutput.write(delta.text) }
            case .finished(let completion):
                bar.finish()
                return completion
            }
        }
        throw GenerationError.superseded
    }
}
