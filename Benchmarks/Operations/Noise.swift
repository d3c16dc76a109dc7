import Compute
import Tensors

// Numbers of the size that models have. Speed does not depend on them, as long as none is a NaN or subnormal.

extension Tensor {
    /// A matrix of any type: random bits, all of whose scales are numbers.
    static func noise(_ type: ElementType, rows: Int, columns: Int) -> Tensor {
        let bytes = rows * columns / type.blockLength * type.blockBytes
        let storage = HugePageBuffer(byteCount: bytes)!
        var generator = Noise()
        for index in 0..<bytes {
            // Odd bytes hold the exponents of 16-bit floats: 0x2c is 2⁻⁴ in f16, 0x3c some 2⁻⁷ in bf16.
            let bits = UInt8(truncatingIfNeeded: generator.next() >> 24)
            storage.mutableBytes[index] = type == .bf16 && index % 2 == 1 ? 0x3c : index % 2 == 1 ? 0x2c : bits
        }
        if type == .f32 {
            let floats = storage.mutableBytes.bindMemory(to: Float.self)
            for index in floats.indices { floats[index] = generator.float() / 16 }
        }
        return Tensor(
            name: "noise", type: type, shape: TensorShape([rows, columns]), storage: storage, byteOffset: 0)
    }
}

extension Activations {
    static func noise(rows: Int, columns: Int) -> Activations {
        let result = Activations(rows: rows, columns: columns)
        var generator = Noise()
        for row in 0..<rows { result.setRow(row, (0..<columns).map { _ in generator.float() }) }
        return result
    }
}

/// Marsaglia's xorshift: the same bits for everybody.
private struct Noise {
    private var state: UInt64 = 0x2545_f491_4f6c_dd1d

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// −1..<1
    mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next())) * 0x1p-31 }
}
