import Checkpoints
import Kernels
import Tensors

extension ONNXDecoder {
    /// Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv:1910.07467) of x, or of x + update, which x becomes.
    ///
    /// - Parameter isLast: whether nobody asks for x afterwards.
    mutating func norm(
        _ x: inout String, adding update: String?, _ weights: Tensor, _ path: String, isLast: Bool = false
    ) -> String {
        // A norm is small and dense: the checkpoint's reader has proven both.
        let weight = vector(
            "\(path.dropFirst().replacing("/", with: ".")).weight", weights.denseValues ?? [])
        let epsilon = ONNXAttribute.real(configuration.rmsNormEpsilon)
        let output = "\(path)/output_0"
        guard let update else {
            // The builder puts this one where ONNX's own operators are, and ONNX Runtime looks for it there.
            graph.node(
                "SimplifiedLayerNormalization", "\(path)/LayerNorm", [x, weight], [output],
                [("epsilon", epsilon), ("axis", .integer(-1)), ("stash_type", .integer(1))])
            graph.value(output, type, hidden)
            return output
        }
        let sum = "\(path)/output_3"
        graph.node(
            "SkipSimplifiedLayerNormalization", of: Self.runtime, "\(path)/SkipLayerNorm", [x, update, weight],
            isLast ? [output] : [output, "", "", sum], [("epsilon", epsilon)])
        graph.value(output, type, hidden)
        if !isLast {
            graph.value(sum, type, hidden)
            x = sum
        }
        return output
    }

    /// An initializer of one row.
    private mutating func vector(_ name: String, _ values: [Float]) -> String {
        let bytes = bytes(values)
        return graph.initializer(name, type, [values.count], .bytes(bytes), byteCount: bytes.count)
    }

    /// Numbers in the type of activations.
    func bytes(_ values: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * (options.isHalf ? 2 : 4))
        for value in values {
            let bits = options.isHalf ? UInt32(Half.bits(value)) : value.bitPattern
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            if options.isHalf { continue }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
        }
        return bytes
    }
}
