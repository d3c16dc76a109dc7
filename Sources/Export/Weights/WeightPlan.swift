import Compute
import Kernels
import Quantization
import Tensors

/// Which format each matrix will have: decided before the first byte is written, as the graph must say it.
struct WeightPlan: Sendable {
    /// What errors name.
    let path: String
    let matrices: [ModelMatrix]
    /// One for each matrix.
    private(set) var formats: [MatrixFormat]
    private let options: ExportOptions

    /// - Parameters:
    ///   - compute: measures, where `ratio` is below 1, what four bits would take from each matrix.
    init(_ matrices: [ModelMatrix], _ options: ExportOptions, path: String, compute: Compute) throws {
        self.path = path
        self.matrices = matrices
        self.options = options
        let group = Self.groupColumns(matrices, options)
        formats = matrices.map { Self.format($0, options, group: group) }
        try refuseUnevenGroups()
        try refuseRequantizing()
        if options.format == .int4, options.ratio < 1 { try widen(with: compute) }
    }

    private static func format(_ matrix: ModelMatrix, _ options: ExportOptions, group: Int?) -> MatrixFormat {
        switch options.format {
        case .fp16: return .half
        case .int8: return wide(matrix, options)
        case .int4:
            // An error of the head goes straight to the logits.
            guard matrix.isInLayer || options.quantizesAllLayers else { return wide(matrix, options) }
            let isSymmetric = options.isSymmetric ?? true
            // Half a byte is no place for the end of a row.
            guard matrix.columns % 2 == 0 else { return wide(matrix, options) }
            return .integers(
                IntegerGroups(bits: 4, columns: group ?? matrix.columns, hasZeroPoints: !isSymmetric))
        }
    }

    /// Eight bits; with zero points where they stand in for four.
    private static func wide(_ matrix: ModelMatrix, _ options: ExportOptions) -> MatrixFormat {
        let isSymmetric = options.format == .int8 && options.isSymmetric ?? false
        return .integers(IntegerGroups(bits: 8, columns: matrix.columns, hasZeroPoints: !isSymmetric))
    }

    /// nil for whole rows.
    private static func groupColumns(_ matrices: [ModelMatrix], _ options: ExportOptions) -> Int? {
        switch options.groups {
        case .rows: return nil
        case .columns(let columns): return columns
        case .fitting:
            let narrow = matrices.filter { $0.isInLayer || options.quantizesAllLayers }
            return [128, 64, 32].first { group in narrow.allSatisfy { $0.columns % group == 0 } }
        }
    }

    private func refuseUnevenGroups() throws(ExportError) {
        for (matrix, format) in zip(matrices, formats) {
            guard case .integers(let groups) = format, matrix.columns % groups.columns != 0 else { continue }
            throw .unevenGroups(
                file: path, tensor: matrix.tensor.name, columns: matrix.columns, group: groups.columns)
        }
    }

    private func refuseRequantizing() throws(ExportError) {
        guard !options.allowsRequantizing, options.format != .fp16 else { return }
        for (matrix, format) in zip(matrices, formats) where !matrix.tensor.type.isDense {
            throw .alreadyQuantized(
                file: path, tensor: matrix.tensor.name, type: matrix.tensor.type.rawValue,
                format: format.name(columns: matrix.columns))
        }
    }

    // MARK: Where not all layers get four bits

    private mutating func widen(with compute: Compute) throws {
        var candidates: [BitShare.Candidate] = []
        for (index, matrix) in matrices.enumerated() where matrix.isInLayer || options.quantizesAllLayers {
            try Task.checkCancellation()
            let (weights, error) = (matrix.rows * matrix.columns, try error(of: index, compute))
            // Losses are squares of errors, and what a weight of more bits saves counts: as `quantize` does it untried.
            candidates.append((index, weights, error * error / Double(max(weights, 1))))
        }
        for index in BitShare.widened(candidates, ratio: options.ratio) {
            formats[index] = Self.wide(matrices[index], options)
        }
    }

    /// The relative error that the format of a matrix makes on some of its rows.
    private func error(of index: Int, _ compute: Compute) throws -> Double {
        guard case .integers(let groups) = formats[index] else { return 0 }
        var packed = PackedRows()
        let tensor = matrices[index].tensor
        let loss = compute.packRows(of: tensor, ids: BitShare.triedRows(of: tensor.shape.rows), groups, into: &packed)
        guard let loss else { throw outOfRange(index) }
        // The system reads more around each row than the row.
        (tensor.storage as? MappedFile)?.releasePages(tensor.byteRange)
        return loss.relativeError
    }

    func outOfRange(_ index: Int) -> ExportError {
        .weightOutOfRange(
            file: path, tensor: matrices[index].tensor.name,
            format: formats[index].name(columns: matrices[index].columns), limit: Compute.largestPackedWeight)
    }
}
