import ArgumentParser
import Checkpoints
import Compute
import Inference
import Quantization
import Terminal
import Transformer

/// `swiftlet calibrate`: which columns of a model's matrices its activations reach, and how strongly.
struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measures what each column of each matrix is multiplied by, for quantize --imatrix.",
        discussion: """
            The model reads windows (of -c tokens, 512 where nothing is given) of a text like those that it is meant for; without \
            --file of the one that perplexity has, too. The file is an importance matrix as llama.cpp's llama-imatrix writes it, and \
            tells besides which columns have much in common.
              swiftlet calibrate f16.gguf -o imatrix.gguf
              swiftlet quantize f16.gguf -o q4.gguf --imatrix imatrix.gguf
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model, in as many bits as can be had.")
    var words: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("The GGUF file to write.", valueName: "file"))
    var output: String

    @Option(name: .shortAndLong, help: "The text; - for standard input.")
    var file: String?

    @Option(help: ArgumentHelp("No more than so many windows.", valueName: "count"))
    var chunks: Int?

    @OptionGroup(title: "Loading") var load: LoadArguments

    func validate() throws {
        guard windowTokens >= TextWindows.shortest else {
            throw ValidationError("--context must be at least \(TextWindows.shortest).")
        }
        if let chunks, chunks < 1 { throw ValidationError("--chunks must be at least 1.") }
    }

    private var windowTokens: Int { load.context == 0 ? 512 : load.context }

    func run() async throws {
        let name = try model.resolve(words, maximumOthers: 0).model
        try OutputFile.check(output)
        let checkpoint = try Checkpoint.open(try ModelLocation.resolve(name))
        try OutputFile.check(output, isNotOf: checkpoint)
        let source = try ModelSource(checkpoint)
        let text = try file.map { try EvaluationText(file: $0) } ?? .builtIn
        var load = load
        load.context = windowTokens
        let loaded = try await LoadedModel(name, load).model
        guard let backend = loaded.backend as? TransformerBackend else {
            throw Failure(.unavailable, "\(loaded.backend.properties.engine) does not tell its activations")
        }
        let windows = try text.windows(for: loaded, length: windowTokens, maximumCount: chunks)
        let sums = try await stoppable { try Self.sums(backend, windows) }
        let calibration = try Calibration(
            source, sums: sums, text: text.name, windowCount: windows.count, windowTokens: windows.length)
        try calibration.write(to: output)
        StandardError.writeLine(
            "\(output): \(calibration.count) matrices over \(windows.count) windows of \(windows.length) tokens: \(text.name)"
        )
    }

    /// Runs the windows as `perplexity` does: the layers see all tokens of a window but the last, the head those that count.
    private static func sums(
        _ backend: TransformerBackend, _ windows: TextWindows
    ) throws -> [String: InputSquares.Sums] {
        let bar = ProgressBar("calibrating", unit: .tokens, delay: .milliseconds(500))
        defer { bar.finish() }
        backend.inputSquares.start()
        _ = try WindowRunner(backends: [backend], windows: windows).run(
            progress: { bar.update(done: $0, total: windows.inputCount) }, each: { _ in })
        return backend.inputSquares.stop()
    }
}
