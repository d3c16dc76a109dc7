public import Compute
public import Tensors

/// What was written, and what it cost.
public struct QuantizationReport: Sendable {
    public struct TensorReport: Sendable {
        public let name: String
        public let type: ElementType
        public let elementCount: Int
        public let byteCount: Int
        /// Nothing where the tensor kept its type.
        public let loss: QuantizationLoss
    }

    /// In the order of the file.
    public let tensors: [TensorReport]
    public let fileBytes: Int

    /// Bits of the file's tensors for each weight.
    public var bitsPerWeight: Double {
        let weights = tensors.reduce(0) { $0 + $1.elementCount }
        return weights == 0 ? 0 : 8 * Double(tensors.reduce(0) { $0 + $1.byteCount }) / Double(weights)
    }

    /// Of all tensors together.
    public var loss: QuantizationLoss { tensors.reduce(into: QuantizationLoss()) { $0 += $1.loss } }

    /// How many tensors there are of each type, the most bytes first.
    public var types: [(type: ElementType, count: Int)] {
        let groups = Dictionary(grouping: tensors, by: \.type)
        func bytes(_ type: ElementType) -> Int { groups[type, default: []].reduce(0) { $0 + $1.byteCount } }
        return groups.map { ($0.key, $0.value.count) }
            .sorted { (bytes($0.0), $1.0.rawValue) > (bytes($1.0), $0.0.rawValue) }
    }
}
