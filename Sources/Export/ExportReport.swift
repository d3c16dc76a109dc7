public import Compute

/// What was written, and what it cost.
public struct ExportReport: Sendable {
    public struct MatrixReport: Sendable {
        /// As transformers calls it.
        public let name: String
        /// "int4 in groups of 128"
        public let format: String
        public let elementCount: Int
        public let byteCount: Int
        public let loss: QuantizationLoss
    }

    /// In the order of a forward pass.
    public let matrices: [MatrixReport]
    /// Of all files.
    public let byteCount: Int
    /// The files' names, in the order they were written.
    public let files: [String]

    /// Bits of the matrices for each weight.
    public var bitsPerWeight: Double {
        let weights = matrices.reduce(0) { $0 + $1.elementCount }
        return weights == 0 ? 0 : 8 * Double(matrices.reduce(0) { $0 + $1.byteCount }) / Double(weights)
    }

    /// Of all matrices together.
    public var loss: QuantizationLoss { matrices.reduce(into: QuantizationLoss()) { $0 += $1.loss } }

    /// How many matrices there are of each format, the most bytes first.
    public var formats: [(format: String, count: Int)] {
        let groups = Dictionary(grouping: matrices, by: \.format)
        func bytes(_ format: String) -> Int { groups[format, default: []].reduce(0) { $0 + $1.byteCount } }
        return groups.map { ($0.key, $0.value.count) }.sorted { (bytes($0.0), $1.0) > (bytes($1.0), $0.0) }
    }
}
