package import Kernels
package import Tensors

extension Compute {
    /// A whole tensor in another type, in memory, with the name and the order of rows that it has.
    ///
    /// - Returns: nil where ``quantizeRows(of:ids:to:rule:importance:into:)`` says nil.
    /// - Throws: ``ComputeError/outOfMemory(bytes:)``.
    /// - Precondition: as there.
    package func quantizeTensor(
        _ tensor: Tensor, to type: ElementType, rule: ScaleRule, importance: ColumnWeights?
    ) throws(ComputeError) -> Tensor? {
        var bytes: [UInt8] = []
        let rows = Array(0..<tensor.shape.rows)
        guard
            quantizeRows(of: tensor, ids: rows, to: type, rule: rule, importance: importance, into: &bytes) != nil
        else { return nil }
        guard let buffer = HugePageBuffer(byteCount: bytes.count) else { throw .outOfMemory(bytes: bytes.count) }
        unsafe buffer.mutableBytes.copyBytes(from: bytes)
        return Tensor(name: tensor.name, type: type, shape: tensor.shape, storage: buffer, byteOffset: 0)
    }
}
