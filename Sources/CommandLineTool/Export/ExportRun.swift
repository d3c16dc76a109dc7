import Checkpoints
import Compute
import Export
import Swiftlet
import Terminal

/// What every command of `export` comes to: a model is found, prepared, written as a folder with progress, and reported.
struct ExportRun {
    let source: String
    let output: String
    let threads: Int?
    /// Whether the report is also written as JSON.
    let json: Bool

    /// - Parameter prepare: decides about the format of every matrix.
    func write(
        _ prepare: @escaping @Sendable (Checkpoint, ExportedText, Compute) throws -> any FolderExport
    ) async throws {
        let checkpoint = try Checkpoint.open(try ModelLocation.resolve(source))
        let compute = try Compute(threads: threads)
        let (output, text) = (output, try ExportedText(checkpoint))
        let start = ContinuousClock.now
        let bar = ProgressBar("exporting", unit: .bytes, delay: .milliseconds(500))
        let report = try await stoppable {
            defer { bar.finish() }
            return try prepare(checkpoint, text, compute)
                .write(to: output, compute: compute) { bar.update(done: $0, total: $1) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        StandardError.writeLine(report.text(output))
        for line in report.missing(output) { StandardError.writeLine(line) }
        if json { try StandardOutput.writeLine(report.report(output, seconds: seconds).line) }
    }
}

/// What a model says of its text.
struct ExportedText: Sendable {
    /// A folder's files are copied; a GGUF file has none.
    var tokenizer: ExportedTokenizer?
    var endTokens: Set<Int> = []

    init(_ checkpoint: Checkpoint) throws {
        if case .gguf = checkpoint.format {
            let source = try TokenizerSource(checkpoint: checkpoint)
            tokenizer = ExportedTokenizer(source.tokenizer, chatTemplate: source.template)
            endTokens = source.endTokens
        } else if let source = try? TokenizerSource(checkpoint: checkpoint) {
            // Without tokenizer files a folder is exported all the same, and the report says so.
            endTokens = source.endTokens
        }
    }
}
