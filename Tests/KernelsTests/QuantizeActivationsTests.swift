import Kernels
import TestSupport
import Testing

@Suite struct QuantizeActivationsTests {
    static let rows: [[Float]] = {
        var generator = SplitMix64(seed: 3)
        return [
            generator.gauss(32), generator.gauss(576), generator.gauss(1), generator.gauss(33), generator.gauss(95),
            [Float](repeating: 0, count: 64), (0..<64).map { Float($0) * 1e-38 }, (0..<64).map { Float($0) * 1e36 },
            // Ties: halves of the scale.
            [120] + (0..<31).map { Float($0) + 0.5 }, generator.gauss(64).map { $0 * 1e-30 },
            // Alike, so that the norm of 64 decides; a block and a half, and the smallest that are not taken for zero.
            (0..<96).map { $0 % 3 == 0 ? -1.5 : 1.5 }, [Float](repeating: 0x1p-112, count: 64),
        ]
    }()

    /// All instruction sets write the same bytes, and nothing beyond their blocks.
    @Test(arguments: rows.indices)
    func setsAgree(index: Int) {
        let x = Self.rows[index]
        for count in [x.count, max(1, x.count - 3)] {
            let results = MatmulSet.available.map { set in quantized(Array(x[..<count]), set.kernels) }
            for result in results { #expect(result == results[0]) }
        }
    }

    /// x − scale·q is half a scale at most.
    @Test(arguments: rows.indices)
    func staysWithinHalfAScale(index: Int) {
        let x = Self.rows[index]
        let kernels = MultiplyKernels.portable
        func values(_ form: TileLayout.Activation) -> [Double] {
            TestActivations([x], as: form, kernels, against: .end).values[0]
        }
        let (narrow, wide, split, words) = (values(.int8), values(.int16), values(.split), values(.int15))
        for start in stride(from: 0, to: x.count, by: 32) {
            let block = start..<min(start + 32, x.count)
            let magnitude = Double(x[block].map(abs).max() ?? 0)
            // Half a step, a little rounding, and what is taken for zero.
            let slack = magnitude * 1e-7 + 0x1p-112
            for column in block {
                let value = Double(x[column])
                #expect(abs(value - narrow[column]) <= magnitude / 240 + slack)
                #expect(abs(value - wide[column]) <= magnitude / 65534 + slack)
                #expect(abs(value - split[column]) <= magnitude / 65278 + slack)
                // The scale of 64, which their norm may raise: √64 · 16383 / 46000 times at most.
                let around = x[column / 64 * 64..<min(column / 64 * 64 + 64, x.count)].map(abs).max() ?? 0
                #expect(abs(value - words[column]) <= Double(around) * (2.85 / 32766 + 1e-7) + 0x1p-112)
            }
        }
    }

    /// A NaN or an infinity neither traps nor vanishes: its block's scale is NaN, others are untouched.
    @Test(arguments: MatmulSet.available, [Float.nan, .infinity, -.infinity, -.nan])
    func showsWhatIsNotFinite(set: MatmulSet, value: Float) {
        var generator = SplitMix64(seed: 5)
        var x = generator.gauss(96)
        x[40] = value
        let bytes = quantized(x, set.kernels)
        let clean = quantized(x.enumerated().map { $0.offset == 40 ? 0 : $0.element }, set.kernels)
        let int8 = ActivationBlock.int8
        #expect(bytes[..<int8] == clean[..<int8] && bytes[(2 * int8)..<(3 * int8)] == clean[(2 * int8)..<(3 * int8)])
        let scale = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[int8 + $1]) << UInt32(8 * $1) }
        #expect(Float(bitPattern: scale).isNaN)
    }

    /// The blocks of all forms, one after the other.
    private func quantized(_ x: [Float], _ kernels: MultiplyKernels) -> [UInt8] {
        let source = FencedMemory(byteCount: 4 * x.count, against: .end)
        unsafe source.base.copyMemory(from: x, byteCount: 4 * x.count)
        return [TileLayout.Activation.int8, .int16, .split, .int15].flatMap { form in
            let bytes = ActivationBlock.rowBytes(columns: x.count, form)
            let memory = FencedMemory(byteCount: bytes, against: .end)
            unsafe kernels.quantize(to: form)(source.floats, x.count, memory.base, ActivationBlock.bytes(form))
            return unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: bytes))
        }
    }
}
