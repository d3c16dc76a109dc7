import Compute
import Tensors
import TestSupport

/// Tensors with random blocks: any bits for the integers, finite numbers for the scales.
enum TestTensor {
    static func random(
        _ type: ElementType, rows: Int, columns: Int, using generator: inout SplitMix64
    ) -> Tensor {
        let blocks = rows * columns / type.blockLength
        guard let buffer = HugePageBuffer(byteCount: blocks * type.blockBytes) else {
            fatalError("no memory for a test")
        }
        func set(_ byte: UInt8, at offset: Int) { unsafe buffer.mutableBytes[offset] = byte }
        for block in 0..<blocks {
            let start = block * type.blockBytes
            for byte in 0..<type.blockBytes { set(UInt8(truncatingIfNeeded: generator.next()), at: start + byte) }
            for offset in scaleOffsets(type) {
                // ±2⁻⁷ to ±2⁻¹ with any significand, as f16; the upper half of a bf16 or an f32 is set below.
                let bits = 0x2000 + UInt16(generator.next() % 0x1800)
                set(UInt8(bits & 0xff), at: start + offset)
                set(UInt8(bits >> 8), at: start + offset + 1)
            }
            if type == .bf16 || type == .f32 {
                let bits = generator.gauss().bitPattern
                let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }.suffix(type.blockBytes)
                for (index, byte) in bytes.enumerated() { set(byte, at: start + index) }
            }
        }
        return Tensor(name: "test", type: type, shape: TensorShape([rows, columns]), storage: buffer, byteOffset: 0)
    }

    /// The rows as floats.
    static func rows(of tensor: Tensor, with compute: Compute) -> [[Float]] {
        let x = Activations(rows: tensor.shape.rows, columns: tensor.shape.columns)
        compute.gatherRows(of: tensor, ids: Array(0..<tensor.shape.rows), into: x)
        return (0..<tensor.shape.rows).map { x.copyRow($0) }
    }

    private static func scaleOffsets(_ type: ElementType) -> [Int] {
        switch type {
        case .f16, .q4_0, .q5_0, .q8_0, .iq4_NL, .iq4_XS: [0]
        case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
        case .q2_K: [80, 82]
        case .q3_K: [108]
        case .q6_K: [208]
        case .f32, .bf16: []
        }
    }
}
