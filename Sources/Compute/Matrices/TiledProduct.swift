import Kernels

/// A product on its way: what is multiplied, how, and where the results go. Threads run through their pieces of it.
struct TiledProduct {
    let w: WeightMatrix
    let plan: ProductPlan
    let rows: Range<Int>
    let y: Activations
    let accumulates: Bool
    private let pieces: ClosedRange<Int>?
    private let units: DealtUnits

    init(
        w: WeightMatrix, plan: ProductPlan, rows: Range<Int>, y: Activations, accumulates: Bool,
        dealtBy pool: WorkerPool
    ) {
        self.w = w
        self.plan = plan
        self.rows = rows
        self.y = y
        self.accumulates = accumulates
        pieces = plan.pieces(of: w)
        units = pool.deal(w.pairCount)
    }

    /// A thread's part: pieces of the pairs of all tiles, one tile after the other.
    @unsafe func multiplyShare(ofThread index: Int, _ activations: QuantizedRows) {
        units.takeAll(thread: index, pieces: pieces) { pairs in
            var start = 0
            for tile in w.tiles {
                let part = pairs.clamped(to: start..<start + tile.pairs)
                let first = WeightTile.pair * (part.lowerBound - start)
                let end = min(WeightTile.pair * (part.upperBound - start), tile.groups)
                start += tile.pairs
                if first < end { unsafe multiply(tile, groups: first..<end, activations, thread: index) }
            }
        }
    }

    /// Products of some groups of a tile with all tokens.
    @unsafe private func multiply(
        _ tile: WeightTile, groups: Range<Int>, _ activations: QuantizedRows, thread index: Int
    ) {
        let kernels = plan.compute.kernels.multiply
        let memory = unsafe plan.compute.scratch.bytes(ofThread: index)
        let form = plan.activation(of: tile)
        let step = kernels.tokensPerCall(form)
        let usesOpenBLAS = plan.usesOpenBLAS(tile)
        let expanded = plan.expansion(of: tile)
        let chunk = WeightTile.pair * plan.chunkPairs(of: tile)
        var first = groups.lowerBound
        while first < groups.upperBound {
            let last = min(first + chunk, groups.upperBound)
            let tileRows = min(tile.rows - first * TileLayout.rows, (last - first) * TileLayout.rows)
            var token = 0
            var isExpanded = false
            while token < rows.count {
                let isBlock =
                    usesOpenBLAS && tileRows == OpenBLAS.rows && rows.count - token >= OpenBLAS.tokens
                let tokens = isBlock ? OpenBLAS.tokens : min(step, rows.count - token)
                let (start, stride) = unsafe activations.activations(form, token: token)
                var call = unsafe TileCall(
                    weights: tile.piece.base + first * tile.groupBytes, groups: last - first,
                    groupBytes: tile.groupBytes, columns: tile.columns, blocksPerScale: tile.blocksPerScale,
                    activations: start, activationStride: stride, tokens: tokens,
                    output: y.pointer(row: rows.lowerBound + token) + tile.firstRow + first * TileLayout.rows,
                    outputStride: y.stride, rows: tileRows, accumulates: accumulates, streams: kernels.streams)
                if isBlock {
                    unsafe OpenBLAS.multiply(call, layout: tile.layout, scratch: memory)
                } else if let expanded, tokens == step || expanded.weights.takesFewer {
                    if !isExpanded { unsafe expanded.layout.expand(call, memory) }
                    isExpanded = true
                    unsafe call.weights = UnsafeRawPointer(memory)
                    unsafe call.groupBytes = expanded.layout.groupBytes(columns: tile.columns)
                    unsafe expanded.layout.multiply(call)
                } else {
                    unsafe kernels.kernel(for: tile.layout, form)(call)
                }
                token += tokens
            }
            first = last
        }
    }
}
