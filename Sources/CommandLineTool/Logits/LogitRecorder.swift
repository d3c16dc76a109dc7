import Checkpoints
import Inference
import Transformer

/// Runs token ids through a model and keeps everything that came out.
struct LogitRecorder {
    let backend: any InferenceBackend
    /// Tokens of one call; nil for as many as the backend likes.
    let chunkTokens: Int?
    let keepsHiddenStates: Bool

    /// The one that shows its hidden states.
    private var native: TransformerBackend? { backend as? TransformerBackend }

    /// - Parameter progress: told the number of tokens of each call.
    /// - Returns: `{prefix}.logits` (T, vocabulary) and, if wanted, `{prefix}.hidden.{k}` (T, hidden).
    func record(
        _ ids: [Int], prefix: String, progress: (Int) -> Void
    ) throws(InferenceError) -> [SafetensorsWriter.Entry] {
        let sequence = try backend.makeSequence()
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        let hidden = HiddenStates()
        var logits: [Float] = []
        logits.reserveCapacity(ids.count * rows.vocabularySize)
        var position = try sequence.reserve(totalTokens: ids.count)
        while position < ids.count {
            let end = min(position + (chunkTokens ?? backend.properties.prefillChunkTokens), ids.count)
            let slice = SequenceSlice(sequence: sequence, tokens: ids[position..<end], logits: .all)
            if let native, keepsHiddenStates {
                try native.forward([slice], into: rows, observe: hidden.observe)
            } else {
                try backend.forward([slice], into: rows)
            }
            logits += rows.values[..<(rows.rowCount * rows.vocabularySize)]
            progress(end - position)
            position = end
        }
        var entries = [
            SafetensorsWriter.Entry(name: "\(prefix).logits", shape: [ids.count, rows.vocabularySize], .floats(logits))
        ]
        for (layer, values) in hidden.byLayer.enumerated() {
            entries.append(
                SafetensorsWriter.Entry(
                    name: "\(prefix).hidden.\(layer)", shape: [ids.count, native?.configuration.hiddenSize ?? 0],
                    .floats(values)))
        }
        return entries
    }
}

/// The residual stream of one sequence, layer by layer, its rows in the order of the positions.
private final class HiddenStates {
    /// (layers + 1) of (T, hidden)
    private(set) var byLayer: [[Float]] = []

    func observe(_ layer: Int, _ slice: Int, _ position: Int, _ hidden: [Float]) {
        if layer == byLayer.count { byLayer.append([]) }
        byLayer[layer] += hidden
    }
}
