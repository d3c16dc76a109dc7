import Compute
import Tensors
import TestSupport
import Testing

@Suite struct OpenBLASTests {
    /// With or without OpenBLAS, and one token at a time, dense products have the same bits: where the probe lets it in,
    /// it is right to, and where it does not, nothing changes.
    @Test(arguments: [ElementType.f32, .f16, .bf16], InstructionSet.allCases.filter(\.isSupported))
    func changesNoBit(type: ElementType, set: InstructionSet) throws {
        var generator = SplitMix64(seed: 31)
        let precision: WeightPrecision = type == .f16 ? .f16 : type == .bf16 ? .bf16 : .f32
        for columns in [64, 192, 576, 1024, 100] {
            let rows = 150
            let tokens = 133
            let tensor = TestTensor.random(type, rows: rows, columns: columns, using: &generator)
            let x = Activations(rows: tokens, columns: columns)
            for token in 0..<tokens { x.setRow(token, generator.gauss(columns)) }
            let results = try [OpenBLAS.Use.always, .never].map { use in
                let compute = try Compute(threads: 2, instructionSet: set, openBLASUse: use)
                let w = try compute.makeMatrix([WeightPart(tensor)], precision: precision)
                let y = Activations(rows: tokens, columns: rows)
                for token in 0..<tokens { y.setRow(token, [Float](repeating: 0.25, count: rows)) }
                if use == .always {
                    compute.multiply(w, x, rows: 0..<tokens, into: y, accumulate: true)
                } else {
                    for token in 0..<tokens {
                        compute.multiply(w, x, rows: token..<token + 1, into: y, accumulate: true)
                    }
                }
                return (0..<tokens).map { y.copyRow($0) }
            }
            #expect(results[0] == results[1], "\(columns) columns; OpenBLAS agrees: \(OpenBLAS.agrees(with: set))")
        }
    }
}
