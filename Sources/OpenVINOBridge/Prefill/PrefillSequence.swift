internal import Inference
internal import Transformer

/// A native sequence, and the device's run that went before it.
final class PrefillSequence: InferenceSequence, @unchecked Sendable {
    let backend: PrefillBackend
    let native: any InferenceSequence
    /// The tokens of the native cache: the device is told of those that it has not seen.
    private var tokens: [Int] = []
    private var run: PromptComputer.Run?
    private var targetTokens = 0

    init(backend: PrefillBackend, native: any InferenceSequence) {
        self.backend = backend
        self.native = native
    }

    var count: Int { native.count }

    func reserve(totalTokens: Int) throws(InferenceError) -> Int {
        let count = try native.reserve(totalTokens: totalTokens)
        targetTokens = totalTokens
        forget(from: count)
        return count
    }

    func truncate(to count: Int) {
        native.truncate(to: count)
        forget(from: native.count)
    }

    private func forget(from count: Int) {
        guard count < tokens.count else { return }
        tokens.removeLast(tokens.count - count)
        if let run, run.count > count { self.run = nil }
    }

    /// Takes note of tokens that ran natively.
    func note(_ new: [Int]) { tokens += new }

    /// Brings tokens into the native cache by way of the device; natively, where its angles could not be the same.
    func prefill(_ new: [Int]) throws(InferenceError) {
        if let scaling = backend.native.configuration.ropeScaling, targetTokens > scaling.originalContextTokens {
            // Long factors from the first token on: the device would choose them by the positions that it sees.
            let slice = SequenceSlice(sequence: native, tokens: new[...], logits: .none)
            try backend.native.forward([slice], into: LogitRows(vocabularySize: backend.properties.vocabularySize))
            tokens += new
            return
        }
        var run = if let kept = self.run { kept } else { try backend.computer.begin() }
        // While it runs, and after an error, what it holds is nothing to go on from.
        self.run = nil
        let first = tokens.count
        let cache = try backend.computer.extend(&run, by: Array(tokens[run.count...]) + new)
        try backend.native.append(count: new.count, to: native) { layer, index, row in
            cache.copy(layer: layer, position: first + index, into: &row)
        }
        tokens += new
        self.run = run
    }
}
