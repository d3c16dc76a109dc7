internal import Compute

/// The decoder-only transformer of Phi-3 (Abdin et al. 2024, arXiv:2404.14219) and Llama (Touvron et al. 2023,
/// arXiv:2302.13971): pre-norm blocks of grouped-query attention with rotary embedding, and SwiGLU.
///
/// Holds the three things that a forward pass is made of apart: the hyper-parameters, the weights, and the wave of
/// activations that runs through them.
final class Transformer: @unchecked Sendable {
    let configuration: ModelConfiguration
    var weights: TransformerWeights
    let compute: Compute
    let rotary: RotaryEmbedding
    private let wave: Wave
    // Kept from pass to pass, so that a pass allocates nothing.
    private var positions: [Int] = []
    private var attentionSlices: [AttentionSlice] = []

    init(configuration: ModelConfiguration, weights: TransformerWeights, compute: Compute, rows: Int) {
        self.configuration = configuration
        self.weights = weights
        self.compute = compute
        rotary = RotaryEmbedding(configuration)
        wave = Wave(configuration: configuration, rows: rows)
    }

    /// Tokens that one pass can hold.
    var rowCapacity: Int { wave.rows }

    /// New tokens of one sequence within a pass: their rows in the wave, their first position, and the cache that
    /// they extend.
    struct Slice {
        let rows: Range<Int>
        let firstPosition: Int
        let cache: KeyValueCache
        let factors: RotaryEmbedding.Factors
    }

    /// Runs tokens through all layers. Row r of the wave is token r; afterwards `residual` holds the last layer's
    /// output, which ``logits(ofRows:into:)`` turns into logits.
    ///
    /// - Parameters:
    ///   - tokens: the new tokens of all slices, one after another, at most ``rowCapacity``.
    ///   - slices: one for each sequence; its cache has room for its rows.
    ///   - observe: sees the residual stream (rows, hidden) before the first layer (0) and after each (1, 2, …).
    func forward(_ tokens: [Int], slices: [Slice], observe: ((Int, Activations) -> Void)? = nil) {
        let c = configuration
        let rows = 0..<tokens.count
        let queryColumns = c.headCount * c.headSize
        let keyColumns = c.keyValueHeadCount * c.headSize
        let x = wave.residual
        placeRows(of: slices)

        compute.gatherRows(of: weights.embedding, ids: tokens, into: x)  // (T) -> (T, hidden)
        observe?(0, x)
        for (index, layer) in weights.layers.enumerated() {
            compute.recorder.layer = index
            // Attention: x += Wo · attention(rope(Wq n), rope(Wk n), Wv n), where n = norm(x)
            compute.rmsNorm(
                x, rows: rows, weight: layer.attentionNorm, epsilon: c.rmsNormEpsilon, into: wave.normed)
            compute.multiply(layer.queryKeyValue, wave.normed, rows: rows, into: wave.queryKeyValue)  // (T, q|k|v)
            attentionSlices.removeAll(keepingCapacity: true)
            for slice in slices {
                let pages = slice.cache.pages
                let table = rotary.table(slice.factors, positions: slice.firstPosition + slice.rows.count)
                compute.rotate(
                    wave.queryKeyValue, rows: slice.rows, positions: positions, firstColumn: 0,
                    headCount: c.headCount + c.keyValueHeadCount, headSize: c.headSize, table: table)  // q and k alike
                compute.store(
                    keyValues: wave.queryKeyValue, rows: slice.rows, keyColumn: queryColumns,
                    valueColumn: queryColumns + keyColumns, firstPosition: slice.firstPosition, into: pages,
                    layer: index)
                attentionSlices.append(
                    AttentionSlice(rows: slice.rows, firstPosition: slice.firstPosition, pages: pages, layer: index))
            }
            compute.attend(
                wave.queryKeyValue, slices: attentionSlices, shape: c.attentionShape, into: wave.attended)
            compute.multiply(layer.attentionOutput, wave.attended, rows: rows, into: x, accumulate: true)

            // Feed-forward: x += Wdown · (silu(Wgate n) · Wup n), where n = norm(x)
            compute.rmsNorm(
                x, rows: rows, weight: layer.feedForwardNorm, epsilon: c.rmsNormEpsilon, into: wave.normed)
            compute.multiply(layer.gateUp, wave.normed, rows: rows, into: wave.gateUp)  // (T, gate|up)
            compute.swiGLU(wave.gateUp, rows: rows, into: wave.activated)  // (T, intermediate)
            compute.multiply(layer.down, wave.activated, rows: rows, into: x, accumulate: true)
            observe?(index + 1, x)
        }
        compute.recorder.layer = nil
    }

    /// The logits of some rows of the last pass, Whead · norm(x), handed over one at a time in the order asked.
    func logits(ofRows rows: [Int], each: (Int, Activations, Int) -> Void) {
        for start in stride(from: 0, to: rows.count, by: Wave.headRows) {
            let batch = rows[start..<min(start + Wave.headRows, rows.count)]
            for (offset, row) in batch.enumerated() {
                wave.residual.copyRow(row, to: wave.headInput, row: offset)
            }
            let batchRows = 0..<batch.count
            compute.rmsNorm(
                wave.headInput, rows: batchRows, weight: weights.finalNorm, epsilon: configuration.rmsNormEpsilon,
                into: wave.headInput)
            compute.multiply(weights.head, wave.headInput, rows: batchRows, into: wave.logits)  // (≤ 16, vocabulary)
            for offset in batchRows { each(start + offset, wave.logits, offset) }
        }
    }

    /// The position of every row, for the rotary embedding.
    private func placeRows(of slices: [Slice]) {
        positions.removeAll(keepingCapacity: true)
        for slice in slices {
            positions.append(contentsOf: slice.firstPosition..<slice.firstPosition + slice.rows.count)
        }
    }
}

extension ModelConfiguration {
    /// What attention needs to know of the heads; scores are scaled by 1/√headSize.
    var attentionShape: AttentionShape {
        AttentionShape(
            headCount: headCount, keyValueHeadCount: keyValueHeadCount, headSize: headSize,
            scale: 1 / Float(headSize).squareRoot(), window: slidingWindow)
    }
}
