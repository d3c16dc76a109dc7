/// Numbers of `ONNXTensorElementDataType`, of those types that the bridge touches.
enum ElementType: Int32 {
    case f32 = 1
    case i64 = 7
    case f16 = 10
    case bf16 = 16
    /// Whatever else.
    case other = 0

    var isFloat: Bool { self == .f32 || self == .f16 || self == .bf16 }

    /// Bytes of an element; 0 for ``other``.
    var byteCount: Int {
        switch self {
        case .f32: 4
        case .i64: 8
        case .f16, .bf16: 2
        case .other: 0
        }
    }
}
