public import Tensors

import Kernels

/// A one-dimensional weight as floats, such as a norm's: (count).
public final class WeightVector: Sendable {
    public let count: Int
    private let buffer: HugePageBuffer

    /// Dequantises a tensor of any element type; its extents are taken as one.
    /// - Precondition: the system has four bytes of memory for each element.
    public init(_ tensor: Tensor) {
        count = tensor.shape.elementCount
        guard let buffer = HugePageBuffer(byteCount: max(count, 1) * 4) else {
            preconditionFailure("\(tensor.name): no memory for \(count) floats")
        }
        self.buffer = buffer
        if let source = unsafe tensor.bytes.baseAddress, count > 0 {
            let destination = unsafe buffer.base.assumingMemoryBound(to: Float.self)
            unsafe dequantizeRow(type: tensor.type, source, into: destination, count: count)
        }
    }

    @unsafe package var pointer: UnsafePointer<Float> {
        unsafe UnsafePointer(buffer.base.assumingMemoryBound(to: Float.self))
    }
}
