import Kernels
import Synchronization
import Tensors

extension Compute {
    /// Re-tiles tensors into one matrix whose rows are theirs, in order. Parallel over groups of eight rows; the pages
    /// of a mapped file are given back afterwards.
    ///
    /// - Parameters:
    ///   - parts: tensors (rows, inputs) of any types, all with the same number of columns.
    ///   - groups: what shares a scale in the precisions that quantise.
    ///   - activationBits: 8 for activations as integers of 8 bits (16 for layouts of bytes where that costs nothing), 16
    ///     for the output head, whose error goes straight to the logits, and where a model is small. Weights in F16 and BF16
    ///     become words for 8 (``WeightPrecision/native``); for 16 they stay floats and meet floats.
    ///   - name: what the matrix is called where time is told; nil for the tensors' names.
    /// - Throws: ``ComputeError/outOfMemory(bytes:)``, ``ComputeError/mismatchedParts(tensor:found:expected:)``, and
    ///   ``ComputeError/weightOutOfRange(tensor:precision:limit:)`` where weights are converted.
    public func makeMatrix(
        _ parts: [WeightPart], precision: WeightPrecision, groups: WeightGroups = .standard, activationBits: Int = 8,
        name: String? = nil
    ) throws(ComputeError) -> WeightMatrix {
        precondition(activationBits == 8 || activationBits == 16, "8 or 16 bits")
        precondition(!parts.isEmpty, "a matrix has at least one part")
        let inputs = parts[0].tensor.shape.columns
        for part in parts { try check(part, columns: inputs) }
        var tiles: [WeightTile] = []
        var firstRow = 0
        var rest = parts[...]
        while let first = rest.first {
            let layout = TileLayout(of: first.tensor.type, precision, groups, activationBits: activationBits)
            // Parts share a tile where all their rows are read the same way.
            let run = rest.prefix {
                precision == .native
                    ? $0.tensor.type == first.tensor.type
                    : TileLayout(of: $0.tensor.type, precision, groups, activationBits: activationBits) == layout
            }
            rest = rest.dropFirst(run.count)
            let tile = try makeTile(
                Array(run), layout, precision, groups, columns: inputs, firstRow: firstRow,
                activationBits: activationBits)
            firstRow += tile.rows
            tiles.append(tile)
        }
        for part in parts {
            (part.tensor.storage as? MappedFile)?.releasePages(part.tensor.byteRange)
        }
        let type = precision == .native ? joined(parts) { $0.type.rawValue } : precision.rawValue
        return WeightMatrix(
            tiles: tiles, inputs: inputs,
            name: "\(name ?? joined(parts) { $0.name }) \(type)", tensorNames: parts.map(\.tensor.name))
    }

    /// What the tensors of a matrix have in one respect, each once.
    private func joined(_ parts: [WeightPart], _ property: (Tensor) -> String) -> String {
        var texts: [String] = []
        for part in parts where !texts.contains(property(part.tensor)) { texts.append(property(part.tensor)) }
        return texts.joined(separator: "+")
    }

    private func check(_ part: WeightPart, columns: Int) throws(ComputeError) {
        let tensor = part.tensor
        guard tensor.shape.columns == columns else {
            throw .mismatchedParts(tensor: tensor.name, found: "\(tensor.shape)", expected: "[rows, \(columns)]")
        }
        if case .deinterleavedHeads(let headSize) = part.rowOrder {
            guard headSize > 0, headSize % 2 == 0, tensor.shape.rows % headSize == 0 else {
                throw .mismatchedParts(
                    tensor: tensor.name, found: "\(tensor.shape)", expected: "rows in whole heads of \(headSize)")
            }
        }
    }

    private func makeTile(
        _ parts: [WeightPart], _ layout: TileLayout, _ precision: WeightPrecision, _ grouping: WeightGroups,
        columns: Int, firstRow: Int, activationBits: Int
    ) throws(ComputeError) -> WeightTile {
        let rows = parts.reduce(0) { $0 + $1.tensor.shape.rows }
        let block = layout.blockColumns
        let padded = (columns + block - 1) / block * block
        let blocksPerScale = precision.isQuantized ? grouping.blocksPerScale(columns: padded) : 1
        let groupBytes = layout.groupBytes(columns: padded, blocksPerScale: blocksPerScale)
        let groups = (rows + TileLayout.rows - 1) / TileLayout.rows
        let piece = try arena.allocate(groups * groupBytes)
        let tile = WeightTile(
            layout: layout, activation: kernels.multiply.activation(for: layout, bits: activationBits),
            firstRow: firstRow, rows: rows, columns: padded, blocksPerScale: blocksPerScale, groupBytes: groupBytes,
            piece: piece)
        let widestRow = parts.reduce(0) { max($0, $1.tensor.rowBytes) }
        // A row of zero bytes for what pads the last group, then eight rows of floats.
        scratch.reservePerThread((widestRow + 63) / 64 * 64 + TileLayout.rows * columns * 4)
        let isInRange = Atomic(true)
        pool.run { index in
            let source = unsafe RowSource(parts, zeros: scratch.bytes(ofThread: index), zeroBytes: widestRow)
            let floats = unsafe (scratch.bytes(ofThread: index) + (widestRow + 63) / 64 * 64)
                .assumingMemoryBound(to: Float.self)
            for group in WorkerPool.share(of: groups, index: index, among: threadCount) {
                let destination = unsafe piece.base + group * groupBytes
                let fits = unsafe source.retile(
                    firstRow: group * TileLayout.rows, layout, keepsElements: precision == .native && layout != .word,
                    blocksPerScale: blocksPerScale, floats: floats, into: destination)
                if !fits { isInRange.store(false, ordering: .relaxed) }
            }
        }
        guard isInRange.load(ordering: .relaxed) else {
            throw .weightOutOfRange(
                tensor: parts.map(\.tensor.name).joined(separator: ", "), precision: precision,
                limit: layout.largestWeight)
        }
        return tile
    }
}

extension TileLayout {
    /// The layout for a tensor's type at a precision.
    init(of type: ElementType, _ precision: WeightPrecision, _ groups: WeightGroups, activationBits: Int) {
        let becomesWords = (type == .f16 || type == .bf16) && activationBits == 8
        self =
            switch precision {
            case .native: becomesWords ? .word : TileLayout(keeping: type)
            case .exact, .f32: .f32
            case .f16: .f16
            case .bf16: .bf16
            case .int8: .byte
            case .int4: groups.hasMinimum ? .nibbleMin : .nibble
            }
    }
}
