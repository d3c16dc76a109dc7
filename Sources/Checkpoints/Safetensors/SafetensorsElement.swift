import Tensors

/// The element types of safetensors: those the engine reads, and the sizes of the others, whose extents are proven all
/// the same.
struct SafetensorsElement {
    let bits: Int
    let type: ElementType?

    init?(name: String) {
        type =
            switch name {
            case "F32": .f32
            case "F16": .f16
            case "BF16": .bf16
            default: nil
            }
        switch name {
        case "F4": bits = 4
        case "F6_E2M3", "F6_E3M2": bits = 6
        case "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ": bits = 8
        case "I16", "U16", "F16", "BF16": bits = 16
        case "I32", "U32", "F32": bits = 32
        case "F64", "I64", "U64", "C64": bits = 64
        default: return nil
        }
    }
}

extension ElementType {
    static let safetensorsNames = ["F32", "F16", "BF16"]
}
