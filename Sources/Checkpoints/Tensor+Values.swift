public import Tensors

extension Tensor {
    /// The path of the file that holds it; nil where it stands in no file.
    public var file: String? { (storage as? MappedFile)?.path }

    /// The elements of a small dense tensor, such as a norm's weights or the factors of LongRoPE: (elements); nil for
    /// block formats and for tensors that do not stand in a file.
    public var denseValues: [Float]? {
        guard let file = storage as? MappedFile else { return nil }
        let start = byteRange.lowerBound
        let indices = 0..<shape.elementCount
        switch type {
        case .f32: return indices.map { Float(bitPattern: file.integer(at: start + 4 * $0)) }
        case .f16: return indices.map { Float(Float16(bitPattern: file.integer(at: start + 2 * $0))) }
        case .bf16:
            return indices.map { Float(bitPattern: UInt32(file.integer(at: start + 2 * $0, as: UInt16.self)) << 16) }
        default: return nil
        }
    }
}
