import Kernels

extension Compute {
    /// Products of a matrix with some rows of activations:  y[r] = w · x[r], or y[r] += w · x[r].
    ///
    ///     w (outputs, inputs), x (≥ rows, inputs), y (≥ rows, outputs)
    ///
    /// Threads take pieces of a few row groups, each from its own share first. An output is one sum in an order that the
    /// shape of the matrix fixes, so its bits depend neither on the threads nor on the rows beside it.
    ///
    /// - Precondition: the rows are in both matrices, x and y are not the same and have the columns that w asks for.
    public func multiply(
        _ w: WeightMatrix, _ x: Activations, rows: Range<Int>, into y: Activations, accumulate: Bool = false
    ) {
        precondition(x !== y, "a product cannot stand where its factor does")
        precondition(x.columns >= w.inputs && y.columns >= w.outputs, "too few columns")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= min(x.rows, y.rows), "rows out of range")
        if rows.isEmpty { return }
        if inputSquares.isSumming { inputSquares.add(x, rows: rows, meeting: w, pool) }
        let bytes = unsafe QuantizedRows.bytes(w, count: rows.count)
        let isPrivate = bytes <= Self.privateBytes
        let expanded = isPrivate ? nil : kernels.multiply.expandedNibbles(tokens: rows.count)
        scratch.reservePerThread(
            max(isPrivate ? bytes : 0, OpenBLAS.scratchBytes, expanded.map { Self.bytes(of: w, in: $0) } ?? 0))
        let output = Output(rows: rows, y: y, accumulates: accumulate, expanded: expanded)
        if isPrivate {
            pool.run(
                PrivateProduct(
                    compute: self, w: w, x: x, output: output, pieces: pieces(of: w, output),
                    units: pool.deal(w.pairCount)),
                as: .product(w, tokens: rows.count))
        } else {
            let activations = unsafe QuantizedRows(
                w, x, rows: rows, memory: scratch.sharedBytes(bytes), kernels.multiply)
            unsafe pool.split(
                rows.count, Quantization(kernels: kernels.multiply, activations: activations),
                as: .rows("quantise", tokens: rows.count, columns: w.inputs))
            unsafe pool.run(
                Product(
                    compute: self, w: w, activations: activations, output: output, pieces: pieces(of: w, output),
                    units: pool.deal(w.pairCount)),
                as: .product(w, tokens: rows.count))
        }
    }

    /// Weights that are used for all tokens before the next ones are fetched: a quarter of a 512 KiB second-level
    /// cache, so that the activations passing by do not push them out.
    private static var chunkBytes: Int { 128 << 10 }

    /// The same for words and dense weights: half of the second-level cache. A token's words are twice its bytes, its floats
    /// four times, and they come from further away the more often they pass by: Phi-3-mini in F16 reads a prompt about 3 % faster with 512 KiB than
    /// with 128, and no faster with more.
    private static let wideChunkBytes = max(chunkBytes, (CacheSizes.bytes.dropFirst().first ?? 0) / 2)

    /// Quantised activations up to this size are made by each thread for itself; 3 µs of work.
    private static var privateBytes: Int { 16 << 10 }

    /// Whether a dense product of this size goes through OpenBLAS: it must be allowed to by its bits, and be faster.
    private func usesOpenBLAS(_ tile: WeightTile, tokens: Int) -> Bool {
        tile.layout.isDense && tokens >= OpenBLAS.tokens && OpenBLAS.canMultiply(columns: tile.columns)
            && (openBLASUse == .always || openBLASUse == .whereFaster && OpenBLAS.isFaster(tile.layout))
            && OpenBLAS.agrees(with: instructionSet)
    }

    /// Groups whose nibbles are expanded together: what takes a quarter of a second-level cache of 1 MiB, so that the
    /// activations passing by do not push it out, and two groups at least.
    private static func groups(of tile: WeightTile, in expanded: ExpandedNibbles) -> Int {
        let bytes = expanded.groupBytes(tile.layout, columns: tile.columns)
        return max(1, (256 << 10) / bytes / WeightTile.pair) * WeightTile.pair
    }

    /// Bytes that a thread needs to expand the nibbles of a matrix.
    private static func bytes(of w: WeightMatrix, in expanded: ExpandedNibbles) -> Int {
        w.tiles.filter { unsafe expanded.expand($0.layout) != nil }.map {
            expanded.bytes($0.layout, groups: groups(of: $0, in: expanded), columns: $0.columns)
        }.max() ?? 0
    }

    /// The bounds of the pieces, in pairs of groups, that threads take a product in; nil where each has its share and no more:
    /// alone, and where weights are read once. Then threads wait for memory and not for each other, and a piece more is a call more.
    private func pieces(of w: WeightMatrix, _ output: Output) -> ClosedRange<Int>? {
        if threadCount == 1 || isSingleCall(w, output) { return nil }
        var (least, most) = (1, 1)
        for tile in w.tiles {
            let chunk = chunkPairs(of: tile, output)
            most = max(most, chunk)
            if usesOpenBLAS(tile, tokens: output.rows.count) { least = max(least, chunk) }
        }
        return least...most
    }

    /// Whether a call of the kernels takes all tokens.
    private func isSingleCall(_ w: WeightMatrix, _ output: Output) -> Bool {
        w.tiles.allSatisfy { output.rows.count <= kernels.multiply.tokensPerCall($0.activation) }
    }

    /// Pairs of groups that all tokens meet before the next ones are fetched.
    private func chunkPairs(of tile: WeightTile, _ output: Output) -> Int {
        let tokens = output.rows.count
        if usesOpenBLAS(tile, tokens: tokens) { return OpenBLAS.rows / TileLayout.rows / WeightTile.pair }
        // A single call for a single token: nothing is read twice.
        if tokens <= kernels.multiply.tokensPerCall(tile.activation) { return max(tile.pairs, 1) }
        if let expanded = output.expanded(for: tile) { return Self.groups(of: tile, in: expanded) / WeightTile.pair }
        let chunkBytes = tile.layout.isWide ? Self.wideChunkBytes : Self.chunkBytes
        return max(1, chunkBytes / tile.groupBytes / WeightTile.pair)
    }

    /// A thread's part of a product: pieces of the pairs of all tiles, one tile after the other.
    @unsafe fileprivate func multiplyShare(
        _ index: Int, _ w: WeightMatrix, _ activations: QuantizedRows, into output: Output, _ pieces: ClosedRange<Int>?,
        _ units: DealtUnits
    ) {
        units.takeAll(thread: index, pieces: pieces) { pairs in
            var start = 0
            for tile in w.tiles {
                let part = pairs.clamped(to: start..<start + tile.pairs)
                let first = WeightTile.pair * (part.lowerBound - start)
                let end = min(WeightTile.pair * (part.upperBound - start), tile.groups)
                start += tile.pairs
                if first < end { unsafe multiply(tile, groups: first..<end, activations, into: output, thread: index) }
            }
        }
    }

    /// Products of some groups of a tile with all tokens.
    @unsafe private func multiply(
        _ tile: WeightTile, groups: Range<Int>, _ activations: QuantizedRows, into output: Output, thread index: Int
    ) {
        let (rows, y) = (output.rows, output.y)
        let step = kernels.multiply.tokensPerCall(tile.activation)
        let usesOpenBLAS = usesOpenBLAS(tile, tokens: rows.count)
        let expanded = output.expanded(for: tile)
        let chunk = WeightTile.pair * chunkPairs(of: tile, output)
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
                let (start, stride) = unsafe activations.activations(tile.activation, token: token)
                var call = unsafe TileCall(
                    weights: tile.piece.base + first * tile.groupBytes, groups: last - first,
                    groupBytes: tile.groupBytes, columns: tile.columns, blocksPerScale: tile.blocksPerScale,
                    activations: start, activationStride: stride, tokens: tokens,
                    output: y.pointer(row: rows.lowerBound + token) + tile.firstRow + first * TileLayout.rows,
                    outputStride: y.stride, rows: tileRows, accumulates: output.accumulates)
                if isBlock {
                    unsafe OpenBLAS.multiply(call, layout: tile.layout, scratch: scratch.bytes(ofThread: index))
                } else if let expanded, let expand = unsafe expanded.expand(tile.layout), tokens == step {
                    let memory = unsafe scratch.bytes(ofThread: index)
                    if !isExpanded { unsafe expand(call, memory) }
                    isExpanded = true
                    unsafe call.weights = UnsafeRawPointer(memory)
                    unsafe call.groupBytes = expanded.groupBytes(tile.layout, columns: tile.columns)
                    unsafe expanded.multiply(tile.layout)(call)
                } else {
                    unsafe kernels.multiply.kernel(for: tile.layout, tile.activation)(call)
                }
                token += tokens
            }
            first = last
        }
    }
}

/// Where products go.
private struct Output {
    let rows: Range<Int>
    let y: Activations
    let accumulates: Bool
    /// What multiplies nibbles, where the tokens are many; nil where a call of the tile's kernel does.
    let expanded: ExpandedNibbles?

    /// The same, where a tile is of the kind that can be expanded.
    func expanded(for tile: WeightTile) -> ExpandedNibbles? {
        guard tile.activation == .int8, let expanded, unsafe expanded.expand(tile.layout) != nil else { return nil }
        return expanded
    }
}

/// A product with so few activations that every thread had better quantise all of them than wait for the others.
private struct PrivateProduct: Region {
    let compute: Compute
    let w: WeightMatrix
    let x: Activations
    let output: Output
    let pieces: ClosedRange<Int>?
    let units: DealtUnits

    func run(thread index: Int) {
        let kernels = compute.kernels.multiply
        let memory = unsafe compute.scratch.bytes(ofThread: index)
        let activations = unsafe QuantizedRows(w, x, rows: output.rows, memory: memory, kernels)
        unsafe activations.quantize(0..<output.rows.count, kernels)
        unsafe compute.multiplyShare(index, w, activations, into: output, pieces, units)
    }
}

/// Quantises the activations that all threads share; items are tokens.
@unsafe private struct Quantization: ItemLoop {
    let kernels: MultiplyKernels
    let activations: QuantizedRows

    func run(items tokens: Range<Int>) { unsafe activations.quantize(tokens, kernels) }
}

/// A product with activations that are quantised already.
@unsafe private struct Product: Region {
    let compute: Compute
    let w: WeightMatrix
    let activations: QuantizedRows
    let output: Output
    let pieces: ClosedRange<Int>?
    let units: DealtUnits

    func run(thread index: Int) { unsafe compute.multiplyShare(index, w, activations, into: output, pieces, units) }
}
