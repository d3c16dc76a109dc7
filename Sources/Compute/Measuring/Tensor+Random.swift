package import Tensors

/// Weights that stand for a model's: speed does not depend on values, as long as they are numbers.
extension Tensor {
    /// Reproducible bits in every block, the floats among them between 2⁻⁷ and 2⁻³ in magnitude.
    ///
    /// - Precondition: whole blocks to a row.
    /// - Throws: ``ComputeError/outOfMemory(bytes:)``.
    package static func random(
        _ type: ElementType, rows: Int, columns: Int, seed: UInt64 = 1
    ) throws(ComputeError) -> Tensor {
        precondition(columns % type.blockLength == 0, "whole blocks to a row")
        let blocks = rows * columns / type.blockLength
        let byteCount = (blocks * type.blockBytes + 7) / 8 * 8
        guard let buffer = HugePageBuffer(byteCount: byteCount) else { throw .outOfMemory(bytes: byteCount) }
        var state = seed
        for offset in stride(from: 0, to: byteCount, by: 8) {
            unsafe buffer.base.storeBytes(of: type.bounded(word(&state)), toByteOffset: offset, as: UInt64.self)
        }
        for block in 0..<blocks {
            for offset in type.halfOffsets {
                let place = unsafe buffer.base + (block * type.blockBytes + offset)
                let bits = unsafe place.loadUnaligned(as: UInt16.self)
                unsafe place.storeBytes(of: bits & 0x8fff | 0x2000, as: UInt16.self)
            }
        }
        return Tensor(
            name: "random \(type.rawValue)", type: type, shape: TensorShape([rows, columns]), storage: buffer,
            byteOffset: 0)
    }

    /// The next 64 bits of xorshift64* (Vigna 2016, doi:10.1145/2845077).
    private static func word(_ state: inout UInt64) -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}

extension ElementType {
    /// Where the binary16 numbers of a block stand, none for the dense types.
    fileprivate var halfOffsets: [Int] {
        switch self {
        case .f32, .f16, .bf16: []
        case .q4_0, .q5_0, .q8_0, .iq4_NL, .iq4_XS: [0]
        case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
        case .q2_K: [80, 82]
        case .q3_K: [108]
        case .q6_K: [208]
        }
    }

    /// Random bits as numbers of a dense type: sign and significand are random, the exponent is held down.
    fileprivate func bounded(_ word: UInt64) -> UInt64 {
        switch self {
        case .f32: word & 0x80ff_ffff_80ff_ffff | 0x3c00_0000_3c00_0000
        case .bf16: word & 0x80ff_80ff_80ff_80ff | 0x3c00_3c00_3c00_3c00
        case .f16: word & 0x8fff_8fff_8fff_8fff | 0x2000_2000_2000_2000
        default: word
        }
    }
}
