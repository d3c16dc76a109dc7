/// How the elements of a tensor are stored, under ggml's names for the block formats.
///
/// A block format groups ``blockLength`` consecutive elements of a row into ``blockBytes`` bytes: the
/// quantised values and the scales that they share.
public enum ElementType: String, Sendable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case q4_0 = "Q4_0"
    case q4_1 = "Q4_1"
    case q5_0 = "Q5_0"
    case q5_1 = "Q5_1"
    case q8_0 = "Q8_0"
    case q2_K = "Q2_K"
    case q3_K = "Q3_K"
    case q4_K = "Q4_K"
    case q5_K = "Q5_K"
    case q6_K = "Q6_K"
    case iq4_NL = "IQ4_NL"
    case iq4_XS = "IQ4_XS"

    /// Elements in one block; 1 for the dense types.
    public var blockLength: Int {
        switch self {
        case .f32, .f16, .bf16: 1
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_NL: 32
        case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_XS: 256
        }
    }

    /// Bytes of one block.
    public var blockBytes: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .q4_0, .iq4_NL: 2 + 16  // f16 scale, 32 nibbles
        case .q4_1: 2 + 2 + 16  // f16 scale, f16 minimum, 32 nibbles
        case .q5_0: 2 + 4 + 16  // f16 scale, 32 high bits, 32 nibbles
        case .q5_1: 2 + 2 + 4 + 16
        case .q8_0: 2 + 32
        case .q2_K: 16 + 64 + 2 + 2  // 16 × (4-bit scale, 4-bit minimum), 256 × 2 bits, two f16
        case .q3_K: 32 + 64 + 12 + 2  // high bits, 256 × 2 bits, 16 six-bit scales, f16
        case .q4_K: 2 + 2 + 12 + 128  // two f16, 8 × (6-bit scale, 6-bit minimum), 256 nibbles
        case .q5_K: 2 + 2 + 12 + 32 + 128
        case .q6_K: 128 + 64 + 16 + 2  // nibbles, 2-bit highs, 16 int8 scales, f16
        case .iq4_XS: 2 + 2 + 4 + 128  // f16, high and low scale bits, 256 nibbles
        }
    }

    /// Whether elements stand alone, with no block around them.
    public var isDense: Bool { blockLength == 1 }
}
