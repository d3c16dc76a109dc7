import Compute
import Tensors

/// What weights will take in memory, told before any of them is read.
enum WeightFootprint {
    /// Bytes of the re-tiled matrices among these tensors, rounded up where tiles of one type differ by a few percent.
    ///
    /// Norms are small, and the rows of the embedding stay in the file.
    static func bytes(
        of tensors: some Sequence<Tensor>, precision: WeightPrecision, groups: WeightGroups = .standard
    ) -> Int {
        tensors.reduce(0) { total, tensor in
            let elements = Double(tensor.shape.rows) * Double(tensor.shape.columns)
            return total + Int(elements * bits(tensor.type, precision, groups) / 8)
        }
    }

    /// Bits of a weight, its share of the scales included.
    private static func bits(_ type: ElementType, _ precision: WeightPrecision, _ groups: WeightGroups) -> Double {
        switch precision {
        case .exact, .f32: 32
        case .f16, .bf16: 16
        case .int8: 8 + groups.overheadBits
        case .int4: 4 + groups.overheadBits
        case .native:
            switch type {
            case .f32: 32
            case .f16, .bf16: 16.25
            case .q4_0, .q4_1, .q4_K: 5
            case .q5_0, .q5_1, .q8_0, .q2_K, .q3_K, .q5_K, .q6_K, .iq4_NL, .iq4_XS: 9
            }
        }
    }
}
