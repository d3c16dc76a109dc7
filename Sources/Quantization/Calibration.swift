public import Checkpoints
package import Compute
import Tensors
package import UntrustedInput

/// What met the columns of a model's matrices while it read a text, on its way into a file that ``ImportanceMatrix`` and
/// llama.cpp's quantiser read.
public struct Calibration: Sendable {
    private let matrices: [(name: String, sums: InputSquares.Sums)]
    private let text: String
    private let windowCount: Int
    private let windowTokens: Int

    /// - Parameters:
    ///   - source: the model, which tells the names that its tensors have in GGUF.
    ///   - sums: by the names of the tensors in the model's own format.
    ///   - text: what the model read, in so many windows of so many tokens.
    /// - Throws: where sums are no numbers: the model's weights or its configuration are wrong.
    package init(
        _ source: ModelSource, sums: [String: InputSquares.Sums], text: String, windowCount: Int, windowTokens: Int
    ) throws(InputError) {
        var matrices: [(name: String, sums: InputSquares.Sums)] = []
        for tensor in source.tensors {
            guard tensor.role != nil, case .tensor(let stored) = tensor.content, let own = sums[stored.name] else {
                continue
            }
            if let index = own.values.firstIndex(where: { !Float($0).isFinite }) {
                throw .outOfRange(
                    file: source.path, field: stored.name, found: "activations of \(own.values[index])",
                    expected: "a model whose activations are numbers")
            }
            matrices.append((tensor.name, own))
        }
        self.matrices = matrices
        self.text = text
        self.windowCount = windowCount
        self.windowTokens = windowTokens
    }

    /// Tensors of which something is known.
    public var count: Int { matrices.count }

    /// Writes the file, whole or not at all.
    public func write(to path: String) throws(CheckpointWriteError) {
        let tensors = matrices.flatMap { name, sums in
            [
                (name + ImportanceMatrix.sums, TensorShape([1, sums.values.count]), sums.values),
                (name + ImportanceMatrix.counts, TensorShape([1, 1]), [Double(sums.count)]),
                (name + ImportanceMatrix.products, TensorShape([sums.products.count / 1_024, 32, 32]), sums.products),
            ].filter { !$0.2.isEmpty }
        }
        let writer = try GGUFWriter(
            path,
            metadata: [
                ("general.type", GGUFValue("imatrix")),
                ("imatrix.datasets", GGUFValue([text])),
                ("imatrix.chunk_count", GGUFValue(UInt32(clamping: windowCount))),
                ("imatrix.chunk_size", GGUFValue(UInt32(clamping: windowTokens))),
            ],
            tensors: tensors.map { GGUFWriter.Entry($0.0, .f32, $0.1) })
        for (name, _, values) in tensors {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4 * values.count)
            for value in values {
                let bits = Float(value).bitPattern
                for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
            }
            try writer.append(bytes.span, to: name)
        }
        try writer.finish()
    }
}
