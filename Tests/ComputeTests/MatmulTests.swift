import Compute
import Tensors
import TestSupport
import Testing

/// Products through the safe interface: their values, and that their bits depend on nothing they should not.
@Suite struct MatmulTests {
    /// What is compared: types with a layout each, precisions, activations of 8 and 16 bits.
    struct Variant: Sendable, CustomTestStringConvertible {
        let type: ElementType
        let precision: WeightPrecision
        let bits: Int
        var groups = WeightGroups.standard
        var testDescription: String { "\(type.rawValue) \(precision.rawValue) \(bits) \(groups)" }
    }

    static let variants: [Variant] =
        ElementType.allCases.map { Variant(type: $0, precision: .native, bits: 8) }
        + ElementType.allCases.map { Variant(type: $0, precision: .native, bits: 16) }
        + WeightPrecision.allCases.map { Variant(type: .q4_1, precision: $0, bits: 8) }
        + WeightPrecision.allCases.map { Variant(type: .bf16, precision: $0, bits: 8) }
        + [64, 128, nil].flatMap { columns in
            [
                Variant(type: .f16, precision: .int4, bits: 16, groups: WeightGroups(columns: columns)),
                Variant(
                    type: .f16, precision: .int4, bits: 8, groups: WeightGroups(columns: columns, hasMinimum: true)),
                Variant(type: .f16, precision: .int8, bits: 8, groups: WeightGroups(columns: columns)),
            ]
        }
    static let sets = InstructionSet.allCases.filter(\.isSupported)

    /// Threads, rows of the call, and where a row stands among them change no bit.
    @Test(arguments: variants, sets)
    func bitsDependOnNothingElse(variant: Variant, set: InstructionSet) throws {
        var generator = SplitMix64(seed: 21)
        let columns = variant.type.blockLength == 256 ? 512 : 320
        let rows = 83
        let tensor = TestTensor.random(variant.type, rows: rows, columns: columns, using: &generator)
        let tokens = 37
        let x = Activations(rows: tokens, columns: columns)
        for token in 0..<tokens { x.setRow(token, generator.gauss(columns)) }
        var expected: [[Float]] = []
        for threads in [1, 2, 3] {
            let compute = try Compute(threads: threads, instructionSet: set)
            let w = try compute.makeMatrix(
                [WeightPart(tensor)], precision: variant.precision, groups: variant.groups,
                activationBits: variant.bits)
            for chunk in [tokens, 1, 2, 3, 5, 8] {
                let y = Activations(rows: tokens, columns: rows)
                for start in stride(from: 0, to: tokens, by: chunk) {
                    compute.multiply(w, x, rows: start..<min(start + chunk, tokens), into: y)
                }
                let found = (0..<tokens).map { y.copyRow($0) }
                if expected.isEmpty { expected = found }
                #expect(found == expected, "\(threads) threads, chunks of \(chunk)")
            }
        }
    }

    /// Each precision within what its integers and its activations may cost.
    @Test(arguments: variants, sets)
    func staysWithinQuantisation(variant: Variant, set: InstructionSet) throws {
        var generator = SplitMix64(seed: 22)
        let columns = variant.type.blockLength == 256 ? 256 : 160
        let rows = 19
        let tensor = TestTensor.random(variant.type, rows: rows, columns: columns, using: &generator)
        let compute = try Compute(threads: 2, instructionSet: set)
        let w = try compute.makeMatrix(
            [WeightPart(tensor)], precision: variant.precision, groups: variant.groups,
            activationBits: variant.bits)
        #expect(w.outputs == rows && w.inputs == columns)
        let weights = TestTensor.rows(of: tensor, with: compute)
        let x = Activations(rows: 2, columns: columns)
        let y = Activations(rows: 2, columns: rows)
        for token in 0..<2 {
            let values = generator.gauss(columns)
            x.setRow(token, values)
            y.setRow(token, [Float](repeating: 0.5, count: rows))
            compute.multiply(w, x, rows: token..<token + 1, into: y, accumulate: true)
            for row in 0..<rows {
                let exact = zip(weights[row], values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                let bound = errorBound(variant, weights[row], values)
                #expect(abs(Double(y.copyRow(token)[row]) - 0.5 - exact) <= bound, "row \(row)")
            }
        }
    }

    /// Σ |w|·δx + |x|·δw by blocks of 32, and the float sum.
    private func errorBound(_ variant: Variant, _ w: [Float], _ x: [Float]) -> Double {
        let quantises = variant.precision == .int8 || variant.precision == .int4
        let isWord = variant.precision == .native && [.f16, .bf16].contains(variant.type) && variant.bits == 8
        let isDense =
            [.exact, .f32, .f16, .bf16].contains(variant.precision) || (variant.type.isDense && !quantises && !isWord)
        var bound = 1e-6
        for start in stride(from: 0, to: w.count, by: 32) {
            let end = min(start + 32, w.count)
            let largestX = Double(x[start..<end].map(abs).max() ?? 0)
            let group = variant.groups.columns ?? w.count
            let firstOfGroup = start / group * group
            let largestW = Double(w[firstOfGroup..<min(firstOfGroup + group, w.count)].map(abs).max() ?? 0)
            // Words share a scale among 64, which their norm may raise.
            let around = start / 64 * 64..<min(start / 64 * 64 + 64, w.count)
            let largestAround = Double(x[around].map(abs).max() ?? 0)
            let integerDelta = isWord ? largestAround / 11_000 : largestX / (variant.bits == 8 ? 254 : 60_000)
            let deltaX = isDense ? 0 : integerDelta
            let deltaW: Double =
                switch variant.precision {
                case .int8: largestW / 253
                case .int4: largestW / 7
                case .f16: largestW / 2048
                case .bf16: largestW / 256
                case .native: isWord ? Double(w[around].map(abs).max() ?? 0) / 4096 : 0
                case .exact, .f32: 0
                }
            for column in start..<end {
                let (aw, ax) = (Double(abs(w[column])), Double(abs(x[column])))
                bound += aw * (deltaX + ax * 3e-6) + ax * deltaW + deltaX * deltaW
            }
        }
        return bound
    }

    /// Parts of different types, one with its heads' halves interleaved, stand on one another in order.
    @Test(arguments: sets)
    func stacksParts(set: InstructionSet) throws {
        var generator = SplitMix64(seed: 23)
        let columns = 256
        let types: [(ElementType, Int)] = [(.q4_K, 16), (.q4_K, 12), (.q6_K, 12), (.f32, 5), (.q5_0, 3), (.q8_0, 9)]
        let tensors = types.map { TestTensor.random($0.0, rows: $0.1, columns: columns, using: &generator) }
        let compute = try Compute(threads: 2, instructionSet: set)
        var parts = tensors.map { WeightPart($0) }
        parts[0] = WeightPart(tensors[0], rowOrder: .deinterleavedHeads(headSize: 8))
        let w = try compute.makeMatrix(parts, precision: .native)
        #expect(w.tileDescription == "nibbleK+byteK16+f32+byte+byte")
        let x = Activations(rows: 1, columns: columns)
        x.setRow(0, generator.gauss(columns))
        let y = Activations(rows: 1, columns: w.outputs)
        compute.multiply(w, x, rows: 0..<1, into: y)
        var expected: [Float] = []
        for (index, tensor) in tensors.enumerated() {
            let single = try compute.makeMatrix([WeightPart(tensor)], precision: .native)
            let part = Activations(rows: 1, columns: single.outputs)
            compute.multiply(single, x, rows: 0..<1, into: part)
            let natural = part.copyRow(0)
            // File row (h, i, j) of (heads, headSize / 2, 2) belongs at (h, j, i).
            expected +=
                index > 0
                ? natural
                : (0..<2).flatMap { head in
                    (0..<2).flatMap { j in (0..<4).map { i in natural[head * 8 + i * 2 + j] } }
                }
        }
        #expect(y.copyRow(0) == expected)
    }

    @Test func namesPartsThatDoNotFit() throws {
        var generator = SplitMix64(seed: 24)
        let compute = try Compute(threads: 1)
        let a = WeightPart(TestTensor.random(.f32, rows: 4, columns: 32, using: &generator))
        let b = WeightPart(TestTensor.random(.f32, rows: 4, columns: 64, using: &generator))
        #expect(throws: ComputeError.mismatchedParts(tensor: "test", found: "[4, 64]", expected: "[rows, 32]")) {
            _ = try compute.makeMatrix([a, b], precision: .native)
        }
    }

    /// 16 bits come some two hundred times closer than 8.
    @Test(arguments: sets)
    func sixteenBitsPay(set: InstructionSet) throws {
        var generator = SplitMix64(seed: 25)
        let tensor = TestTensor.random(.q4_0, rows: 64, columns: 512, using: &generator)
        let compute = try Compute(threads: 2, instructionSet: set)
        let x = Activations(rows: 1, columns: 512)
        x.setRow(0, generator.gauss(512))
        func product(_ precision: WeightPrecision, _ bits: Int) throws -> [Float] {
            let w = try compute.makeMatrix([WeightPart(tensor)], precision: precision, activationBits: bits)
            let y = Activations(rows: 1, columns: 64)
            compute.multiply(w, x, rows: 0..<1, into: y)
            return y.copyRow(0)
        }
        let exact = try product(.exact, 8)
        func error(_ y: [Float]) -> Float { zip(y, exact).reduce(0) { max($0, abs($1.0 - $1.1)) } }
        #expect(try error(product(.native, 16)) * 50 < error(product(.native, 8)))
    }
}
