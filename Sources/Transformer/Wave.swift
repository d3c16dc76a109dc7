internal import Compute

/// The activations of one pass, all of them, allocated once for the largest pass: `forward` allocates nothing.
final class Wave: @unchecked Sendable {
    /// Tokens that one pass can hold.
    let rows: Int
    /// The residual stream: (rows, hidden)
    let residual: Activations
    /// A norm's output, the input of the next matrix: (rows, hidden)
    let normed: Activations
    /// q | k | v of every row: (rows, (heads + 2 · keyValueHeads) · headSize)
    let queryKeyValue: Activations
    /// Attention's output, heads side by side: (rows, heads · headSize)
    let attended: Activations
    /// gate | up of every row: (rows, 2 · intermediate)
    let gateUp: Activations
    /// silu(gate) · up: (rows, intermediate)
    let activated: Activations
    /// Rows that go through the head, gathered from `residual`: (headRows, hidden)
    let headInput: Activations
    /// Their logits: (headRows, vocabulary)
    let logits: Activations

    /// Rows of logits computed at a time. The head is the widest matrix by far (200,064 outputs in Phi-4-mini), so
    /// its output for a whole prompt would outweigh the rest of the wave.
    static let headRows = 16

    init(configuration: ModelConfiguration, rows: Int) {
        let queryColumns = configuration.headCount * configuration.headSize
        let keyColumns = configuration.keyValueHeadCount * configuration.headSize
        self.rows = rows
        residual = Activations(rows: rows, columns: configuration.hiddenSize)
        normed = Activations(rows: rows, columns: configuration.hiddenSize)
        queryKeyValue = Activations(rows: rows, columns: queryColumns + 2 * keyColumns)
        attended = Activations(rows: rows, columns: queryColumns)
        gateUp = Activations(rows: rows, columns: 2 * configuration.intermediateSize)
        activated = Activations(rows: rows, columns: configuration.intermediateSize)
        headInput = Activations(rows: Self.headRows, columns: configuration.hiddenSize)
        logits = Activations(rows: Self.headRows, columns: configuration.vocabularySize)
    }
}
