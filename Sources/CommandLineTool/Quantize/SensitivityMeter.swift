import Checkpoints
import Inference
import Quantization
import Swiftlet
import Terminal
import Transformer

/// How far a model's predictions move when one of its matrices gets four bits, and all else stays as it is.
struct SensitivityMeter {
    private let backend: TransformerBackend
    private let tensors: ModelTensors
    private let windows: TextWindows
    /// The model's own predictions.
    private let own: [LogDistribution]

    /// Few and short: each matrix is judged by the same predictions, so that even a hundred tell one from another, and a
    /// model of a hundred matrices reads them a hundred times.
    private static let windowTokens = 64
    private static let windowCount = 4

    /// Loads the model, and lets it read the windows of a text once. Floats are held in 8 bits: that takes half of the memory
    /// and of the time, and moves predictions by a hundredth of what 4 bits do.
    init(_ path: String, threads: Int?, text: EvaluationText) async throws {
        let checkpoint = try Checkpoint.open(path)
        let configuration = try ModelConfiguration(checkpoint)
        tensors = try ModelTensors.resolve(checkpoint, configuration)
        let length = min(Self.windowTokens, configuration.contextTokens)
        let bar = ProgressBar("loading", unit: .bytes, delay: .milliseconds(500))
        let isDense = tensors.layers.allSatisfy {
            ($0.queryKeyValue + $0.gateUp + [$0.down]).allSatisfy(\.type.isDense)
        }
        let options = LoadOptions(
            threads: threads, contextTokens: length, precision: isDense ? .int8 : .native)
        let model = try await LanguageModel.load(path, options: options) {
            bar.update(done: $0.completedBytes, total: $0.totalBytes)
        }
        bar.finish()
        guard let backend = model.backend as? TransformerBackend else {
            throw Failure(.unavailable, "\(model.backend.properties.engine) takes no other matrices")
        }
        self.backend = backend
        windows = try text.windows(for: model, length: length, maximumCount: Self.windowCount)
        own = try Self.predictions(backend, windows)
    }

    /// The mean divergence from the model's own predictions, in nats.
    func divergence(_ trial: SensitivityTrial) throws -> Double {
        let found = try backend.withTensor(trial.narrowed, inLayer: trial.layer, of: tensors) {
            try Self.predictions(backend, windows)
        }
        let own = own
        let divergences = Prediction.concurrently(own.count) { own[$0].divergence(of: found[$0]) }
        return divergences.reduce(0, +) / Double(divergences.count)
    }

    private static func predictions(_ backend: TransformerBackend, _ windows: TextWindows) throws -> [LogDistribution] {
        var predictions: [LogDistribution] = []
        _ = try WindowRunner(backends: [backend], windows: windows).run(progress: { _ in }) { rows in
            let logits = rows.logits[0]
            predictions += Prediction.concurrently(rows.targets.count) { row in
                // A copy: the next rows come to the same place.
                LogDistribution(logits: Array(logits.row(row))[...])
            }
        }
        return predictions
    }
}
