import Kernels
import Tensors
import TestSupport
import Testing

/// What integers are multiplied by in prompts: the same bits as by the tiles they were expanded from.
@Suite struct ExpandedWeightTests {
    /// A set that expands what a type is laid out as, for activations of 8 or of 16 bits.
    struct Case: CustomTestStringConvertible {
        let type: ElementType
        let set: MatmulSet
        let expanded: ExpandedWeights
        var testDescription: String { "\(type), \(set.testDescription)" }

        static func all(_ expanded: (MultiplyKernels) -> ExpandedWeights?) -> [Case] {
            MatmulSet.available.flatMap { set -> [Case] in
                guard let expanded = expanded(set.kernels) else { return [] }
                let types: [ElementType] = [.q4_0, .q4_1, .q4_K, .q8_0, .q5_0, .q5_1, .q5_K, .q6_K, .q3_K, .q2_K]
                return types.filter { expanded[TileLayout(keeping: $0)] != nil }
                    .map { Case(type: $0, set: set, expanded: expanded) }
            }
        }
    }

    static let sets = MatmulSet.available.filter { $0.kernels.expandedInt8 != nil }

    @Test(arguments: Case.all(\.expandedInt8))
    func bitsAreThoseOfTheTile(_ test: Case) throws {
        let all = test.expanded.tokens
        for tokens in test.expanded.takesFewer ? [1, 2, 3, 4, 5, all] : [all] {
            try expectTheBitsOfTheTile(test.type, test.set, test.expanded, as: .int8, tokens: tokens)
        }
    }

    /// Words, or bytes that meet both halves, have the bits of the tile.
    @Test(arguments: Case.all(\.expandedInt16))
    func bitsAreThoseOfTheTileFor16(_ test: Case) throws {
        let nibbles = TileLayout(keeping: test.type).activations.contains(.split)
        for tokens in nibbles ? Array(1...test.expanded.tokens) : [1, 4, test.expanded.tokens] {
            try expectTheBitsOfTheTile(
                test.type, test.set, test.expanded, as: nibbles ? .split : .int16, tokens: tokens)
        }
    }

    private func expectTheBitsOfTheTile(
        _ type: ElementType, _ set: MatmulSet, _ expanded: ExpandedWeights, as activation: TileLayout.Activation,
        tokens: Int
    ) throws {
        let layout = TileLayout(keeping: type)
        let form = try #require(expanded[layout], "\(layout) is not expanded")
        var generator = SplitMix64(seed: 15)
        for columns in MatmulTileTests.columnCounts(type) {
            for rows in MatmulTileTests.rowCounts {
                for side in FencedMemory.Side.allCases {
                    let tile = RandomMatrix(type, rows: rows, columns: columns, using: &generator).tile(against: side)
                    // The extremes, too: rows of activations that are all as large as can be.
                    let x = (0..<tokens).map { token in
                        token < 2 ? [Float](repeating: token == 0 ? 1 : -1, count: columns) : generator.gauss(columns)
                    }
                    let activations = TestActivations(x, as: expanded.activation, set.kernels, against: side)
                    let groups = (rows + 7) / 8
                    let memory = FencedMemory(
                        byteCount: expanded.bytes(form, groups: groups, columns: columns), against: side)
                    for initial in [nil, Float(0.75)] {
                        let output = FencedMemory(byteCount: tokens * rows * 4, against: side)
                        for index in 0..<tokens * rows { unsafe output.floats[index] = initial ?? .nan }
                        let panel = activations.panel(0..<tokens)
                        var call = unsafe TileCall(
                            weights: tile.base, groups: groups, groupBytes: layout.groupBytes(columns: columns),
                            columns: columns, activations: panel.base, activationStride: activations.stride,
                            tokens: tokens, output: output.floats, outputStride: rows, rows: rows,
                            accumulates: initial != nil)
                        unsafe form.expand(call, memory.base)
                        unsafe call.weights = UnsafeRawPointer(memory.base)
                        unsafe call.groupBytes = form.groupBytes(columns: columns)
                        unsafe form.multiply(call)
                        // The tile may take fewer tokens a call.
                        let tileActivations = TestActivations(x, as: activation, set.kernels, against: side)
                        let most = set.kernels.tokensPerCall(activation)
                        let expected = stride(from: 0, to: tokens, by: most).flatMap { first in
                            multiplied(
                                set.kernels, layout, weights: tile, rows: rows, columns: columns,
                                activations: tileActivations, tokens: first..<min(first + most, tokens),
                                accumulatingTo: initial, side: side)
                        }
                        let found = (0..<tokens).map { token in
                            (0..<rows).map { unsafe output.floats[token * rows + $0] }
                        }
                        #expect(found == expected, "\(type) \(rows) × \(columns)")
                    }
                }
            }
        }
    }

    /// Scales for several blocks, as int4 at load has them in groups of 64 or 128.
    @Test(arguments: [TileLayout.nibble, .nibbleMin], sets)
    func headersOfSeveralBlocks(layout: TileLayout, set: MatmulSet) throws {
        let expanded = try #require(set.kernels.expandedInt8)
        let form = try #require(expanded[layout], "\(layout) is not expanded")
        let (columns, groups, tokens) = (384, 3, set.kernels.int8Tokens)
        var generator = SplitMix64(seed: 16)
        for blocksPerScale in [2, 4, columns / 32] {
            let groupBytes = layout.groupBytes(columns: columns, blocksPerScale: blocksPerScale)
            let tile = FencedMemory(byteCount: groups * groupBytes, against: .end)
            for index in 0..<groups * groupBytes {
                // Bytes below 0x3c are finite halves, whatever follows.
                unsafe tile.base.storeBytes(of: UInt8(generator.next() % 0x3c), toByteOffset: index, as: UInt8.self)
            }
            let x = (0..<tokens).map { _ in generator.gauss(columns) }
            let activations = TestActivations(x, as: .int8, set.kernels, against: .end)
            let memory = FencedMemory(
                byteCount: expanded.bytes(form, groups: groups, columns: columns), against: .end)
            let output = FencedMemory(byteCount: tokens * 8 * groups * 4, against: .end)
            let panel = activations.panel(0..<tokens)
            var call = unsafe TileCall(
                weights: tile.base, groups: groups, groupBytes: groupBytes, columns: columns,
                blocksPerScale: blocksPerScale, activations: panel.base, activationStride: activations.stride,
                tokens: tokens, output: output.floats, outputStride: 8 * groups, rows: 8 * groups, accumulates: false)
            unsafe form.expand(call, memory.base)
            unsafe call.weights = UnsafeRawPointer(memory.base)
            unsafe call.groupBytes = form.groupBytes(columns: columns)
            unsafe form.multiply(call)
            let expected = multiplied(
                set.kernels, layout, weights: tile, rows: 8 * groups, columns: columns,
                blocksPerScale: blocksPerScale, activations: activations, tokens: 0..<tokens, side: .end)
            for token in 0..<tokens {
                #expect((0..<8 * groups).map { unsafe output.floats[8 * groups * token + $0] } == expected[token])
            }
        }
    }
}
