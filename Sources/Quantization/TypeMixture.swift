import Kernels
public import Tensors

/// How the matrices of a GGUF file are stored: one type for all, or one of llama.cpp's mixtures, with the choices of its
/// quantiser for the head and for rows that are no whole blocks.
public enum TypeMixture: String, CaseIterable, Sendable {
    case f32, f16, bf16
    case q4_0, q4_1, q5_0, q5_1, q8_0
    case q2_K = "q2_k"
    case q3_K = "q3_k"
    case q4_K = "q4_k"
    case q5_K = "q5_k"
    case q6_K = "q6_k"
    case iq4_NL = "iq4_nl"
    case iq4_XS = "iq4_xs"
    case q4_K_M = "q4_k_m"
    case q5_K_M = "q5_k_m"

    /// What a matrix does in a model.
    public enum Role: Sendable { case embedding, head, queryKeyValue, attentionOutput, gateUp, down }

    /// The type of a matrix.
    ///
    /// - Parameter layer: the layer and the number of layers; nil outside of them.
    public func elementType(
        of role: Role, layer: (index: Int, count: Int)? = nil, columns: Int
    ) -> ElementType {
        let wanted: ElementType =
            switch role {
            // An error of the head goes straight to the logits.
            case .head: base.isDense || base == .q8_0 ? base : .q6_K
            case .queryKeyValue, .down: isMixture && layer.map(Self.deservesMoreBits) ?? false ? .q6_K : base
            case .embedding, .attentionOutput, .gateUp: base
            }
        let types = [wanted, Self.fallback(wanted), .f16]
        return types.first { columns % $0.blockLength == 0 } ?? .f16
    }

    private var isMixture: Bool { self == .q4_K_M || self == .q5_K_M }

    /// The type of all matrices but those that the mixture gives more bits to.
    public var base: ElementType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q4_0: .q4_0
        case .q4_1: .q4_1
        case .q5_0: .q5_0
        case .q5_1: .q5_1
        case .q8_0: .q8_0
        case .q2_K: .q2_K
        case .q3_K: .q3_K
        case .q4_K, .q4_K_M: .q4_K
        case .q5_K, .q5_K_M: .q5_K
        case .q6_K: .q6_K
        case .iq4_NL: .iq4_NL
        case .iq4_XS: .iq4_XS
        }
    }

    /// The first and the last eighth of the layers, and every third between them.
    private static func deservesMoreBits(_ layer: (index: Int, count: Int)) -> Bool {
        let eighth = layer.count / 8
        return layer.index < eighth || layer.index >= 7 * layer.count / 8 || (layer.index - eighth) % 3 == 2
    }

    /// What stands in for a block of 256 where rows are whole blocks of 32 alone.
    private static func fallback(_ type: ElementType) -> ElementType {
        switch type {
        case .q2_K, .q3_K, .iq4_XS: .iq4_NL
        case .q4_K: .q5_0
        case .q5_K: .q5_1
        case .q6_K: .q8_0
        default: type
        }
    }

    /// Those whose every type can be written, and not just read.
    public static let writable = allCases.filter { ElementType.writable.contains($0.base) }

    /// `general.file_type`, which names the whole to people: llama.cpp's `enum llama_ftype`.
    public var fileType: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q2_K: 10
        case .q3_K: 11
        case .q4_K: 14
        case .q4_K_M: 15
        case .q5_K: 16
        case .q5_K_M: 17
        case .q6_K: 18
        case .iq4_NL: 25
        case .iq4_XS: 30
        case .bf16: 32
        }
    }
}
