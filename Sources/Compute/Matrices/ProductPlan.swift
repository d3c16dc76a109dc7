import Kernels

/// How the tiles of a matrix meet some tokens: in which form of activations, expanded or not, which rows at a time, and in
/// which pieces threads take them. None of it changes a result.
struct ProductPlan {
    let compute: Compute
    let tokens: Int
    /// Whether integers may be expanded: not where every thread has activations of its own.
    let expands: Bool

    private var kernels: MultiplyKernels { compute.kernels.multiply }

    /// How the integers of a tile are expanded; nil where they meet tokens as they are.
    func expansion(of tile: WeightTile) -> (weights: ExpandedWeights, layout: ExpandedLayout)? {
        guard expands, let weights = kernels.expansion(tile.activation, tokens: tokens),
            let layout = weights[tile.layout]
        else { return nil }
        return (weights, layout)
    }

    /// The form in which a tile meets the activations.
    func activation(of tile: WeightTile) -> TileLayout.Activation {
        expansion(of: tile)?.weights.activation ?? tile.activation
    }

    /// The most tokens of a call of the kernels.
    func tokensPerCall(of tile: WeightTile) -> Int { kernels.tokensPerCall(activation(of: tile)) }

    /// Whether any tile reads activations of this form.
    func reads(_ form: TileLayout.Activation, _ w: WeightMatrix) -> Bool {
        w.tiles.contains { activation(of: $0) == form }
    }

    /// Whether a dense product of this size goes through OpenBLAS: it must be allowed to by its bits, and be faster.
    func usesOpenBLAS(_ tile: WeightTile) -> Bool {
        let use = compute.openBLASUse
        return tile.layout.isDense && tokens >= OpenBLAS.tokens && OpenBLAS.canMultiply(columns: tile.columns)
            && (use == .always || use == .whereFaster && OpenBLAS.isFaster(tile.layout))
            && OpenBLAS.agrees(with: compute.instructionSet)
    }

    /// Bytes that a thread needs to expand the integers of a matrix.
    func expandedBytes(_ w: WeightMatrix) -> Int {
        var bytes = 0
        for tile in w.tiles {
            guard let expanded = expansion(of: tile) else { continue }
            let groups = Self.groups(of: tile, expanded)
            bytes = max(bytes, expanded.weights.bytes(expanded.layout, groups: groups, columns: tile.columns))
        }
        return bytes
    }

    /// Groups that are expanded together: what takes half of the second-level cache, and no fewer than go through a kernel
    /// together. The more there are, the less often activations come from further away, but with more these push them out.
    private static func groups(of tile: WeightTile, _ expanded: (weights: ExpandedWeights, layout: ExpandedLayout))
        -> Int
    {
        let (bytes, step) = (expanded.layout.groupBytes(columns: tile.columns), expanded.weights.groups)
        return max(1, expandedChunkBytes / bytes / step) * step
    }

    /// Phi-3-mini in Q4_0 reads a prompt 1.04 times as fast with 640 KiB as with 320 (Ice Lake, a cache of 1.25 MiB, median of
    /// six turns), and no faster with 960.
    private static let expandedChunkBytes = max(256 << 10, (CacheSizes.bytes.dropFirst().first ?? 0) / 2)

    /// Weights that are used for all tokens before the next ones are fetched: a quarter of a 512 KiB second-level
    /// cache, so that the activations passing by do not push them out.
    private static var chunkBytes: Int { 128 << 10 }

    /// The same for words and dense weights: half of the second-level cache. A token's words are twice its bytes, its floats
    /// four times, and they come from further away the more often they pass by: Phi-3-mini in F16 reads a prompt about 3 % faster with 512 KiB than
    /// with 128, and no faster with more.
    private static let wideChunkBytes = max(chunkBytes, (CacheSizes.bytes.dropFirst().first ?? 0) / 2)

    /// Pairs of groups that all tokens meet before the next ones are fetched.
    func chunkPairs(of tile: WeightTile) -> Int {
        if usesOpenBLAS(tile) { return OpenBLAS.rows / TileLayout.rows / WeightTile.pair }
        // A single call for a few tokens: nothing is read twice.
        if tokens <= tokensPerCall(of: tile) { return max(tile.pairs, 1) }
        if let expanded = expansion(of: tile) { return Self.groups(of: tile, expanded) / WeightTile.pair }
        let chunkBytes = tile.layout.isWide ? Self.wideChunkBytes : Self.chunkBytes
        return max(1, chunkBytes / tile.groupBytes / WeightTile.pair)
    }

    /// The least and the most pairs of groups of a piece, which is a multiple of the least; nil for a thread alone, which has
    /// all.
    ///
    /// Weights that are read once go in pieces, too, though large ones: with memory to itself for a moment, a core reads up
    /// to twice as much as beside the other, and the one that is done helps. A piece begins as many streams anew as it
    /// is read by, so none is smaller than four groups for each.
    func pieces(of w: WeightMatrix) -> ClosedRange<Int>? {
        if compute.threadCount == 1 { return nil }
        if w.tiles.allSatisfy({ tokens <= tokensPerCall(of: $0) }) { return 8...(.max) }
        var (least, most) = (1, 1)
        for tile in w.tiles {
            let chunk = chunkPairs(of: tile)
            most = max(most, chunk)
            if usesOpenBLAS(tile) { least = max(least, chunk) }
            if let expanded = expansion(of: tile) { least = max(least, expanded.weights.groups / WeightTile.pair) }
        }
        return least...most
    }
}
