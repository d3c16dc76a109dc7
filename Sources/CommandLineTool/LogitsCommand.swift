import ArgumentParser
import Checkpoints
import Compute
import Inference
import Terminal
import Transformer
import UntrustedInput

/// `swiftlet logits`: what the model computes for lists of token ids, to be held against other engines.
struct LogitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Writes the logits of every position to a safetensors file.",
        discussion: """
            The ids are a JSON list of lists of token ids. The output holds seq{i}.logits, f32 [T, V], and with
            --hidden-states seq{i}.hidden.{k}, f32 [T, hidden]: the embeddings for k = 0, else the output of layer k before
            the final norm.
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Option(help: ArgumentHelp("A JSON file with the ids; - for standard input.", valueName: "file"))
    var ids: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The safetensors file to write.", valueName: "file"))
    var output: String

    @Flag(help: "Write the residual stream after every layer too.")
    var hiddenStates = false

    @Flag(help: "Dequantise the weights to f32 and keep activations and cache in f32: the slow truth.")
    var exact = false

    @Option(help: "Pass this many tokens at a time; it does not change a bit.")
    var chunk: Int?

    @OptionGroup(title: "Loading") var load: LoadArguments

    func validate() throws {
        if exact, load.dtype != nil { throw ValidationError("--exact and --dtype exclude each other.") }
        if load.backend.backend != .cpu, exact || hiddenStates {
            throw ValidationError("--exact and --hidden-states are of the native backend.")
        }
        if let chunk, chunk < 1 { throw ValidationError("--chunk must be at least 1.") }
    }

    func run() async throws {
        let (name, _) = try model.resolve(words, maximumOthers: 0)
        let lists = try TokenIDs.lists(try TextFile.json(ids), file: TextFile.name(ids))
        let backend: any InferenceBackend =
            load.backend.backend == .cpu
            ? try loadBackend(try ModelLocation.resolve(name)) : try await LoadedModel(name, load).model.backend
        for (index, list) in lists.enumerated() {
            try TokenIDs.check(
                list, vocabularySize: backend.properties.vocabularySize, file: TextFile.name(ids),
                field: "ids[\(index)]")
        }
        let recorder = LogitRecorder(backend: backend, chunkTokens: chunk, keepsHiddenStates: hiddenStates)
        let bar = ProgressBar("computing", unit: .tokens, delay: .seconds(1))
        defer { bar.finish() }
        let total = lists.reduce(0) { $0 + $1.count }
        var done = 0
        var entries: [SafetensorsWriter.Entry] = []
        for (index, list) in lists.enumerated() {
            entries += try recorder.record(list, prefix: "seq\(index)") { count in
                done += count
                bar.update(done: done, total: total)
            }
        }
        try TensorFile.write(entries, to: output)
    }

    private func loadBackend(_ path: String) throws -> TransformerBackend {
        var options = TransformerBackend.Options()
        options.precision = exact ? .exact : load.dtype?.precision ?? .native
        options.weightGroups = load.weightGroups
        options.activationBits = load.activationBits
        options.cacheType = exact ? .f32 : load.kvType?.type
        options.contextTokens = load.context == 0 ? nil : load.context
        if let chunk { options.prefillChunkTokens = chunk }
        let checkpoint = try Checkpoint.open(path)
        let bar = ProgressBar("loading", unit: .bytes, delay: .milliseconds(500))
        defer { bar.finish() }
        return try TransformerBackend(
            checkpoint: checkpoint, configuration: try ModelConfiguration(checkpoint),
            compute: try Compute(threads: load.threads), options: options
        ) { bar.update(done: $0.completedBytes, total: $0.totalBytes) }
    }
}
