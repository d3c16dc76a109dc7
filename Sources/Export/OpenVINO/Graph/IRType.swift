/// An element type of OpenVINO's IR, by the name that attributes give it.
enum IRType: String, Sendable {
    case boolean, f16, f32, i32, i64, i4, u4, i8, u8

    /// The name that ports give it.
    var precision: String {
        switch self {
        case .boolean: "BOOL"
        case .f16: "FP16"
        case .f32: "FP32"
        case .i32, .i64, .i4, .u4, .i8, .u8: rawValue.uppercased()
        }
    }

    var bits: Int {
        switch self {
        case .i4, .u4: 4
        case .i8, .u8, .boolean: 8
        case .f16: 16
        case .f32, .i32: 32
        case .i64: 64
        }
    }

    /// Bytes of so many elements, two nibbles to a byte.
    func byteCount(of elements: Int) -> Int { (elements * bits + 7) / 8 }
}
