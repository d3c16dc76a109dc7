import Checkpoints
import Compute
import Generation
import Inference
import Swiftlet
import Terminal
import UntrustedInput

/// Loads the models that `perplexity` was asked about, one after another, and measures each.
struct PerplexityJob: Sendable {
    /// What the models are held against.
    enum Reference: Sendable {
        case none
        /// The first of the models.
        case first
        case model(String)
        case logits(String)
    }

    let models: [String]
    let text: EvaluationText
    let windowTokens: Int
    let maximumWindows: Int?
    let load: LoadArguments
    let reference: Reference
    /// The file for the predictions of the only model.
    let saveLogits: String?
    /// Whether to measure how fast the models generate, too.
    let measuresGeneration: Bool

    /// Tokens that are generated to tell how fast.
    private static let generatedTokens = 16

    /// What the others of a comparison are held against.
    private enum Other {
        /// Computes beside each of them.
        case loaded(LoadedModel)
        /// Has computed once, and is gone.
        case remembered(name: String, windows: TextWindows, vocabularySize: Int, [LogDistribution])

        var name: String {
            switch self {
            case .loaded(let other): other.model.name
            case .remembered(let name, _, _, _): name
            }
        }
    }

    /// - Parameter each: called with each result as it is there.
    func run(each: (PerplexityResult) throws -> Void) async throws {
        var other: Other?
        if case .model(let name) = reference { other = .loaded(try await LoadedModel(name, load)) }
        for (index, name) in models.enumerated() {
            let location = try ModelLocation.find(name)
            let loaded = try await LoadedModel(name, load)
            var (meter, referenceName) = try meter(loaded, location.path, against: other)
            var isFirst = false
            if case .first = reference { isFirst = index == 0 && models.count > 1 }
            meter.remembers = isFirst && isWorthRemembering(meter.windows, loaded)
            let outcome = try measure(meter, name: loaded.model.name)
            try meter.kept?.commit()
            try each(
                PerplexityResult(
                    model: loaded.model.name, size: ModelSize(location), engine: loaded.model.backend.properties.engine,
                    precision: load.precisionName, text: textName, windows: meter.windows, reference: referenceName,
                    figures: PerplexityFigures(outcome.predictions), tokensPerSecond: outcome.tokensPerSecond,
                    generatedPerSecond: try generationSpeed(loaded.model.backend)))
            guard isFirst else { continue }
            other =
                meter.remembers
                ? .remembered(
                    name: loaded.model.name, windows: meter.windows,
                    vocabularySize: loaded.model.backend.properties.vocabularySize, outcome.distributions)
                : .loaded(loaded)
        }
    }

    /// Whether a model's predictions fit into a part of the free memory: then the model is not asked again beside each
    /// of the others.
    private func isWorthRemembering(_ windows: TextWindows, _ loaded: LoadedModel) -> Bool {
        let vocabularySize = loaded.model.backend.properties.vocabularySize
        let bytes = PerplexityMeter.rememberedBytes(windows: windows, vocabularySize: vocabularySize)
        return bytes <= (SystemMemory.availableBytes ?? 0) / 4
    }

    private var textName: String {
        if case .logits(let path) = reference { "the windows of \(path)" } else { text.name }
    }

    private func measure(_ meter: PerplexityMeter, name: String) throws -> PerplexityMeter.Outcome {
        let bar = ProgressBar("reading with \(name)", unit: .tokens, delay: .milliseconds(500))
        defer { bar.finish() }
        let total = meter.windows.inputCount
        return try meter.measure { bar.update(done: $0, total: total) }
    }

    /// What a model is measured by, and what its reference is called.
    private func meter(
        _ loaded: LoadedModel, _ path: String, against other: Other?
    ) throws -> (meter: PerplexityMeter, reference: String?) {
        let model = loaded.model
        let vocabularySize = model.backend.properties.vocabularySize
        if case .logits(let path) = reference {
            let file = try LogitFileReader(path)
            guard file.vocabularySize == vocabularySize else {
                throw InputError.inconsistent(
                    file: path, field: "vocabulary", found: "\(file.vocabularySize)",
                    expected: "that of \(model.name): \(vocabularySize)")
            }
            let windows = TextWindows(whole: file.tokens, length: file.length, beginning: model.windowBeginning)
            return (PerplexityMeter(model: model.backend, windows: windows, reference: .file(file)), path)
        }
        let windows = try text.windows(for: model, length: windowTokens, maximumCount: maximumWindows)
        var meter = PerplexityMeter(model: model.backend, windows: windows)
        if let other {
            let expected: (windows: TextWindows, vocabularySize: Int)
            switch other {
            case .loaded(let other):
                expected = (
                    try text.windows(for: other.model, length: windowTokens, maximumCount: maximumWindows),
                    other.model.backend.properties.vocabularySize
                )
                meter.reference = .model(other.model.backend)
            case .remembered(_, let windows, let vocabularySize, let distributions):
                expected = (windows, vocabularySize)
                meter.reference = .remembered(distributions)
            }
            guard windows == expected.windows, vocabularySize == expected.vocabularySize else {
                throw InputError.inconsistent(
                    file: path, field: "tokenizer", found: "other ids for the text than \(other.name) has",
                    expected: "the tokenizer of the reference")
            }
        }
        if let saveLogits {
            meter.kept = try LogitFileWriter(saveLogits, windows: windows, vocabularySize: vocabularySize)
        }
        return (meter, other?.name)
    }

    private func generationSpeed(_ backend: any InferenceBackend) throws -> Double? {
        guard measuresGeneration else { return nil }
        let tokens = min(Self.generatedTokens, backend.properties.contextTokens)
        let test = BenchTest(promptCount: 0, generatedCount: tokens, depth: 0)
        return try BenchRunner(backend: backend, repetitions: 3, meter: nil).result(of: test).rates.median
    }
}
