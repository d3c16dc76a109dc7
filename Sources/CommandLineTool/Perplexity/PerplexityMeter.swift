import Inference
import Swiftlet

/// Measures a model over windows of text, beside a reference where there is one.
struct PerplexityMeter {
    let model: any InferenceBackend
    let windows: TextWindows
    var reference = Reference.none
    /// Where the model's predictions are kept, for later comparisons.
    var kept: LogitFileWriter?
    /// Whether the outcome has the model's predictions, to hold others against.
    var remembers = false

    enum Reference {
        case none
        case model(any InferenceBackend)
        case file(LogitFileReader)
        /// What another measurement over the same windows remembered.
        case remembered([LogDistribution])
    }

    struct Outcome {
        let predictions: [Prediction]
        /// Tokens of the text through the model, a second of its own time.
        let tokensPerSecond: Double
        /// Of each prediction that counts, where they are remembered.
        let distributions: [LogDistribution]
    }

    /// Bytes that a memory of all predictions takes.
    static func rememberedBytes(windows: TextWindows, vocabularySize: Int) -> Int {
        windows.scoredCount * vocabularySize * MemoryLayout<Float>.stride
    }

    /// - Throws: `InferenceError`, `CancellationError`, exit status 65 where the model's logits are no numbers.
    func measure(progress: (_ done: Int) -> Void) throws -> Outcome {
        var backends = [model]
        if case .model(let other) = reference { backends.append(other) }
        var predictions: [Prediction] = []
        predictions.reserveCapacity(windows.scoredCount)
        var distributions: [LogDistribution] = []
        let runner = WindowRunner(backends: backends, windows: windows)
        let seconds = try runner.run(progress: progress) { rows in
            if remembers {
                let logits = rows.logits[0]
                // Copies: the next rows come to the same place.
                distributions += Prediction.concurrently(rows.targets.count) { row in
                    LogDistribution(logits: Array(logits.row(row))[...])
                }
            }
            let found = try evaluate(rows, from: predictions.count)
            guard found.allSatisfy({ $0.surprise.isFinite }) else {
                throw Failure(
                    .badData, "the model's logits are not numbers: its weights or its configuration are wrong")
            }
            predictions += found
        }
        return Outcome(
            predictions: predictions, tokensPerSecond: Double(windows.inputCount) / seconds[0],
            distributions: distributions)
    }

    /// - Parameter first: how many predictions came before these.
    private func evaluate(_ rows: WindowRunner.Rows, from first: Int) throws -> [Prediction] {
        let (own, targets) = (rows.logits[0], rows.targets)
        if let kept {
            try kept.append(Prediction.concurrently(targets.count) { LogitFile.row(of: own.row($0)) })
        }
        switch reference {
        case .none:
            return Prediction.concurrently(targets.count) { row in
                Prediction(LogDistribution(logits: own.row(row)), reference: nil, target: targets[row])
            }
        case .model:
            let other = rows.logits[1]
            return Prediction.concurrently(targets.count) { row in
                Prediction(
                    LogDistribution(logits: own.row(row)), reference: LogDistribution(logits: other.row(row)),
                    target: targets[row])
            }
        case .remembered(let distributions):
            return Prediction.concurrently(targets.count) { row in
                Prediction(
                    LogDistribution(logits: own.row(row)), reference: distributions[first + row], target: targets[row])
            }
        case .file(let file):
            let distributions = try file.next(targets.count)
            return Prediction.concurrently(targets.count) { row in
                Prediction(
                    LogDistribution(logits: own.row(row)), reference: distributions[row], target: targets[row])
            }
        }
    }
}
