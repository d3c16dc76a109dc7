public import Compute
import Kernels
import Tensors
import UntrustedInput

/// Which type each tensor of a model will have: decided before the first byte is written, as the header must say it.
public struct QuantizationPlan: Sendable {
    let source: ModelSource
    let options: QuantizationOptions
    /// The type of each tensor of the source.
    private(set) var types: [ElementType]
    /// What an error in the columns of each tensor counts; nil where nothing is known.
    let importance: [ColumnWeights?]

    /// - Parameter compute: measures, where `ratio` is below 1, the error that four bits make in each matrix.
    /// - Throws: ``QuantizationError/alreadyQuantized(file:tensor:type:)``, what is wrong with the importance matrix, and
    ///   `CancellationError`.
    public init(_ source: ModelSource, _ options: QuantizationOptions, compute: Compute) throws {
        try self.init(source, options, compute: compute, sensitivity: nil)
    }

    /// - Parameter sensitivity: measures, where `ratio` is below 1, what four bits in each matrix take from the model; nil for
    ///   the error in the matrix itself.
    package init(
        _ source: ModelSource, _ options: QuantizationOptions, compute: Compute, sensitivity: SensitivityMeasure?
    ) throws {
        self.source = source
        self.options = options
        importance = try Self.importance(source, options)
        let layers = (source.tensors.compactMap(\.layer).max() ?? -1) + 1
        types = source.tensors.map { Self.type($0, options, layers) }
        try refuseRequantizing()
        if options.ratio < 1 { try widen(with: compute, sensitivity) }
    }

    private static func importance(
        _ source: ModelSource, _ options: QuantizationOptions
    ) throws(InputError) -> [ColumnWeights?] {
        guard let matrix = options.importance else { return source.tensors.map { _ in nil } }
        var importance: [ColumnWeights?] = []
        for tensor in source.tensors {
            importance.append(
                tensor.role == nil ? nil : try matrix.columns(tensor.name, count: tensor.shape.columns))
        }
        return importance
    }

    private static func type(_ tensor: SourceTensor, _ options: QuantizationOptions, _ layers: Int) -> ElementType {
        guard let role = tensor.role else {
            // Norms and factors are a thousandth of a model, and every engine wants them in f32.
            return tensor.type.isDense && tensor.shape.rank == 1 ? .f32 : tensor.type
        }
        if role == .head, options.keepsOutput { return tensor.type }
        // Where not all layers get the narrow type, what stands outside of them is among the rest.
        if role == .embedding, options.ratio < 1 {
            return TypeMixture.q8_0.elementType(of: role, columns: tensor.shape.columns)
        }
        return options.mixture.elementType(
            of: role, layer: tensor.layer.map { ($0, layers) }, columns: tensor.shape.columns)
    }

    private func refuseRequantizing() throws(QuantizationError) {
        guard !options.allowsRequantizing else { return }
        for (tensor, type) in zip(source.tensors, types) where !tensor.type.isDense && type != tensor.type {
            throw .alreadyQuantized(file: source.path, tensor: tensor.name, type: tensor.type.rawValue)
        }
    }
}

// MARK: - Where not all layers get four bits

extension QuantizationPlan {
    /// Gives eight bits to the matrices that lose most by four, until no more than the ratio of the layers' weights has
    /// four. Losses add up, so what counts is the loss that a weight of eight bits saves: of two matrices that lose as much,
    /// the smaller one is widened first.
    private mutating func widen(with compute: Compute, _ sensitivity: SensitivityMeasure?) throws {
        let indices = source.tensors.indices.filter {
            source.tensors[$0].layer != nil && source.tensors[$0].role != nil
        }
        var candidates: [BitShare.Candidate] = []
        for (place, index) in indices.enumerated() {
            try Task.checkCancellation()
            let loss =
                if let sensitivity {
                    try sensitivity(try trial(index, place, of: indices.count, compute))
                } else {
                    try squaredError(of: index, compute)
                }
            let weights = source.tensors[index].shape.elementCount
            candidates.append((index, weights, loss / Double(max(weights, 1))))
        }
        for index in BitShare.widened(candidates, ratio: options.ratio) {
            let columns = source.tensors[index].shape.columns
            types[index] = TypeMixture.q8_0.elementType(of: .gateUp, columns: columns)
        }
    }

    private func trial(
        _ index: Int, _ place: Int, of count: Int, _ compute: Compute
    ) throws -> SensitivityTrial {
        guard case .tensor(let tensor) = source.tensors[index].content, let layer = source.tensors[index].layer,
            let narrowed = try compute.quantizeTensor(
                tensor, to: types[index], rule: options.rule, importance: importance[index])
        else { throw outOfRange(index) }
        return SensitivityTrial(layer: layer, narrowed: narrowed, count: count, index: place)
    }

    /// The square of the relative error that the type of a matrix makes on some of its rows, evenly spread.
    private func squaredError(of index: Int, _ compute: Compute) throws -> Double {
        guard case .tensor(let tensor) = source.tensors[index].content else { return 0 }
        let rows = BitShare.triedRows(of: tensor.shape.rows)
        var bytes: [UInt8] = []
        let loss = compute.quantizeRows(
            of: tensor, ids: rows, to: types[index], rule: options.rule, importance: importance[index], into: &bytes)
        guard let loss else { throw outOfRange(index) }
        return loss.relativeError * loss.relativeError
    }

    func outOfRange(_ index: Int) -> QuantizationError {
        let type = types[index]
        return .weightOutOfRange(
            file: source.path, tensor: source.tensors[index].name, type: type.rawValue, limit: type.largestWeight)
    }
}
