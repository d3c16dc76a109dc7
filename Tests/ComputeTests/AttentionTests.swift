import Compute
import Testing

/// Attention over cache pages against its definition in double precision, and against itself, bit for bit.
@Suite struct AttentionTests {
    static func shape(
        _ heads: Int, _ keyValueHeads: Int, _ headSize: Int, window: Int? = nil
    ) -> AttentionShape {
        AttentionShape(
            headCount: heads, keyValueHeadCount: keyValueHeads, headSize: headSize,
            scale: 1 / Float(headSize).squareRoot(), window: window)
    }

    /// Head sizes of real models, of tiny ones, and of none: odd multiples of two, wider than any register tile.
    @Test(
        arguments: InstructionSet.supported, [2, 6, 10, 16, 22, 48, 64, 80, 96, 128, 250, 512])
    func matchesDefinition(set: InstructionSet, headSize: Int) throws {
        let compute = try Compute(threads: 2, instructionSet: set)
        let tokens = headSize > 128 ? 66 : 131
        for (heads, keyValueHeads) in [(3, 1), (4, 4), (6, 2)] where headSize <= 128 || heads == 3 {
            let oracle = AttentionOracle(
                Self.shape(heads, keyValueHeads, headSize), tokens: tokens, seed: UInt64(headSize))
            let found = oracle.run(compute, type: .f32, chunks: [tokens])
            #expect(greatestError(found, oracle.output) < 2e-6, "\(heads) heads over \(keyValueHeads)")
        }
    }

    /// Every length around the edges of a page, a token at a time and all at once.
    @Test(arguments: InstructionSet.supported)
    func pageEdges(set: InstructionSet) throws {
        let compute = try Compute(threads: 1, instructionSet: set)
        for tokens in [1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 129] {
            let oracle = AttentionOracle(Self.shape(2, 1, 16), tokens: tokens, seed: 3)
            let whole = oracle.run(compute, type: .f32, chunks: [tokens])
            #expect(greatestError(whole, oracle.output) < 2e-6, "\(tokens) tokens")
            let single = oracle.run(compute, type: .f32, chunks: Array(repeating: 1, count: tokens))
            #expect(single == whole, "\(tokens) tokens")
            let integers = oracle.run(compute, type: .q8, chunks: [tokens])
            #expect(greatestError(integers, oracle.output) < 0.03, "\(tokens) tokens")
            #expect(oracle.run(compute, type: .q8, chunks: Array(repeating: 1, count: tokens)) == integers)
        }
    }

    /// Windows around the edges of pages and of the sequence, with pages discarded as they leave it.
    @Test(arguments: InstructionSet.supported, [1, 2, 15, 16, 17, 63, 64, 65, 66, 127, 128, 149, 150, 151, 400])
    func window(set: InstructionSet, window: Int) throws {
        let compute = try Compute(threads: 2, instructionSet: set)
        let oracle = AttentionOracle(Self.shape(4, 2, 16, window: window), tokens: 150, seed: 5)
        let whole = oracle.run(compute, type: .f32, chunks: [150])
        #expect(greatestError(whole, oracle.output) < 2e-6)
        #expect(oracle.run(compute, type: .f32, chunks: [64, 1, 63, 7, 15], discarding: true) == whole)
        #expect(oracle.run(compute, type: .f32, chunks: Array(repeating: 1, count: 150), discarding: true) == whole)
        let integers = oracle.run(compute, type: .q8, chunks: [150])
        #expect(greatestError(integers, oracle.output) < 0.03)
        #expect(oracle.run(compute, type: .q8, chunks: [64, 1, 63, 7, 15], discarding: true) == integers)
    }

    /// The same bits for any chunks and threads, however heads are grouped and dealt to tasks.
    @Test(arguments: InstructionSet.supported, CacheType.allCases)
    func invariance(set: InstructionSet, type: CacheType) throws {
        for (heads, keyValueHeads) in [(9, 3), (12, 12), (8, 1), (10, 2)] {
            let oracle = AttentionOracle(Self.shape(heads, keyValueHeads, 24), tokens: 200, seed: 11)
            var reference: [[Float]]?
            for threads in 1...3 {
                let compute = try Compute(threads: threads, instructionSet: set)
                for chunks in [[200], [1, 199], [64, 64, 64, 8], [37, 100, 1, 1, 61]] {
                    let found = oracle.run(compute, type: type, chunks: chunks)
                    #expect(found == reference ?? found, "\(heads) heads, \(threads) threads, chunks \(chunks)")
                    reference = found
                }
            }
        }
    }

    /// Sequences side by side in one call are what they are alone.
    @Test(arguments: InstructionSet.supported, CacheType.allCases)
    func neighbours(set: InstructionSet, type: CacheType) throws {
        let compute = try Compute(threads: 2, instructionSet: set)
        let shape = Self.shape(4, 2, 32)
        let oracles = [(70, 5), (1, 1), (200, 64), (9, 2)].enumerated().map { index, lengths in
            (AttentionOracle(shape, tokens: lengths.0, seed: UInt64(index)), last: lengths.1)
        }
        let rowCount = oracles.reduce(0) { $0 + $1.last }
        let x = Activations(rows: rowCount, columns: oracles[0].0.columns)
        let out = Activations(rows: rowCount, columns: oracles[0].0.keyColumn)
        var slices: [AttentionSlice] = []
        var row = 0
        for (oracle, last) in oracles {
            let pages = CachePages(shape: shape, type: type)
            #expect(pages.grow(toTokens: oracle.tokens))
            let prefix = Activations(rows: oracle.tokens, columns: oracle.columns)
            for position in 0..<oracle.tokens { prefix.setRow(position, oracle.rows[position]) }
            oracle.store(compute, prefix, rows: 0..<oracle.tokens, at: 0, pages)
            let first = oracle.tokens - last
            for index in 0..<last { x.setRow(row + index, oracle.rows[first + index]) }
            slices.append(AttentionSlice(rows: row..<row + last, firstPosition: first, pages: pages))
            row += last
        }
        compute.attend(x, slices: slices, shape: shape, into: out)
        for (slice, (oracle, last)) in zip(slices, oracles) {
            let alone = oracle.run(compute, type: type, chunks: [oracle.tokens]).suffix(last)
            #expect(slice.rows.map(out.copyRow) == Array(alone))
        }
    }

    /// A cache of binary16 numbers: each key and value is off by 2⁻¹¹ at most, and so are scores and results, in
    /// proportion to their terms.
    @Test(arguments: InstructionSet.supported)
    func halfPrecisionCache(set: InstructionSet) throws {
        let compute = try Compute(threads: 1, instructionSet: set)
        let oracle = AttentionOracle(Self.shape(2, 2, 96), tokens: 140, seed: 17)
        let found = oracle.run(compute, type: .f16, chunks: [140])
        let error = greatestError(found, oracle.output)
        #expect(error < 4e-3)
        #expect(error > 1e-5, "the cache should have rounded")
    }

    /// A cache of 8-bit integers: each key and value is off by 1/254 of the largest of its 32 dimensions at most.
    @Test(arguments: InstructionSet.supported)
    func quantizedCache(set: InstructionSet) throws {
        let compute = try Compute(threads: 1, instructionSet: set)
        let oracle = AttentionOracle(Self.shape(2, 2, 96), tokens: 140, seed: 17)
        let found = oracle.run(compute, type: .q8, chunks: [140])
        let error = greatestError(found, oracle.output)
        #expect(error < 0.03)
        #expect(error > 1e-3, "the cache should have rounded")
    }

    /// Scores of any size: weights that underflow, and differences beyond a float's exponent.
    @Test(arguments: InstructionSet.supported)
    func extremeScores(set: InstructionSet) throws {
        let compute = try Compute(threads: 1, instructionSet: set)
        for scale: Float in [0, 1, 40, -40, 1e4] {
            let shape = AttentionShape(headCount: 1, keyValueHeadCount: 1, headSize: 8, scale: scale)
            let oracle = AttentionOracle(shape, tokens: 80, seed: 23)
            let found = oracle.run(compute, type: .f32, chunks: [80])
            // A score's own rounding grows with the score: 4·√8·2⁻²⁴ of about 3 · scale.
            #expect(greatestError(found, oracle.output) < 2e-6 * Double(max(1, 3 * abs(scale))), "scale \(scale)")
            #expect(found.allSatisfy { $0.allSatisfy(\.isFinite) })
        }
    }

    /// What stands in slots beyond the sequence never reaches a result.
    @Test(arguments: InstructionSet.supported, CacheType.allCases)
    func forgottenSlots(set: InstructionSet, type: CacheType) throws {
        let compute = try Compute(threads: 1, instructionSet: set)
        let oracle = AttentionOracle(Self.shape(2, 1, 18), tokens: 70, seed: 29)
        let expected = oracle.run(compute, type: type, chunks: [70])
        let pages = CachePages(shape: oracle.shape, type: type)
        #expect(pages.grow(toTokens: 128))
        let poison = Activations(rows: 128, columns: oracle.columns)
        for row in 0..<128 { poison.setRow(row, Array(repeating: .nan, count: oracle.columns)) }
        oracle.store(compute, poison, rows: 0..<128, at: 0, pages)
        pages.truncate(to: 0)
        #expect(pages.grow(toTokens: 70))
        let x = Activations(rows: 70, columns: oracle.columns)
        let out = Activations(rows: 70, columns: oracle.keyColumn)
        for row in 0..<70 { x.setRow(row, oracle.rows[row]) }
        for row in 0..<70 {
            oracle.store(compute, x, rows: row..<row + 1, at: row, pages)
            compute.attend(
                x, slices: [AttentionSlice(rows: row..<row + 1, firstPosition: row, pages: pages)],
                shape: oracle.shape, into: out)
        }
        #expect((0..<70).map(out.copyRow) == expected)
    }
}
