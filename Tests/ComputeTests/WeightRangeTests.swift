import Compute
import Tensors
import Testing

/// Weights that do not fit the type they are to become are refused, not turned into infinities.
@Suite struct WeightRangeTests {
    /// A row of 32 ones and one other weight, in BF16, whose range is that of F32.
    private func tensor(_ weight: Float) throws -> Tensor {
        let buffer = try #require(HugePageBuffer(byteCount: 64))
        for column in 0..<32 {
            let bits = UInt16(truncatingIfNeeded: (column == 9 ? weight : 1).bitPattern >> 16)
            unsafe buffer.mutableBytes.storeBytes(of: bits.littleEndian, toByteOffset: 2 * column, as: UInt16.self)
        }
        return Tensor(name: "w", type: .bf16, shape: TensorShape([1, 32]), storage: buffer, byteOffset: 0)
    }

    @Test("at the limit of a type, and one step past it", arguments: InstructionSet.allCases.filter(\.isSupported))
    func limits(_ instructionSet: InstructionSet) throws {
        let compute = try Compute(threads: 1, instructionSet: instructionSet)
        // The last BF16 numbers below 65,504, 7 · 65,504 and 127 · 65,504, and the ones after them.
        let limits: [(WeightPrecision, Float, Float)] = [
            (.f16, 65_280, 65_536), (.int4, 456_704, 458_752), (.int8, 8_290_304, 8_323_072),
        ]
        for (precision, fits, tooLarge) in limits {
            _ = try compute.makeMatrix([WeightPart(try tensor(-fits))], precision: precision)
            for weight in [tooLarge, -.infinity, .nan] {
                #expect(throws: ComputeError.self, "\(precision) \(weight)") {
                    _ = try compute.makeMatrix([WeightPart(try tensor(weight))], precision: precision)
                }
            }
        }
        for precision in [WeightPrecision.native, .bf16, .f32, .exact] {
            _ = try compute.makeMatrix([WeightPart(try tensor(65_536))], precision: precision)
        }
    }
}
