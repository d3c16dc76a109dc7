import Compute
import Testing

/// The life of cache pages: growth, truncation, discarding.
@Suite struct CachePagesTests {
    static let shape = AttentionTests.shape(2, 1, 20)

    @Test(arguments: CacheType.allCases)
    func bytesAreWholePages(type: CacheType) {
        let page = CachePages.bytes(tokens: 1, shape: Self.shape, type: type)
        // 64 positions of 20 key dimensions and, in whole pairs of vectors, 32 value dimensions.
        switch type {
        case .f32: #expect(page == 64 * (20 + 32) * 4)
        case .f16: #expect(page == 64 * (20 + 32) * 2)
        case .q8: #expect(page == 64 * (20 + 32) + 2 * 64 * 2)
        }
        #expect(CachePages.bytes(tokens: 0, shape: Self.shape, type: type) == 0)
        #expect(CachePages.bytes(tokens: 64, shape: Self.shape, type: type) == page)
        #expect(CachePages.bytes(tokens: 65, shape: Self.shape, type: type) == 2 * page)
        let pages = CachePages(shape: Self.shape, type: type)
        #expect(pages.byteCount == 0)
        for tokens in [1, 64, 65, 64, 1, 200] {
            #expect(pages.grow(toTokens: tokens))
            let held = max(tokens, pages.byteCount / page * 64)
            #expect(pages.byteCount == CachePages.bytes(tokens: held, shape: Self.shape, type: type))
        }
        #expect(pages.byteCount == 4 * page)
    }

    /// Layers share pages and nothing else.
    @Test(arguments: InstructionSet.supported, CacheType.allCases)
    func layers(set: InstructionSet, type: CacheType) throws {
        let compute = try Compute(threads: 2, instructionSet: set)
        let oracles = (0..<3).map { AttentionOracle(AttentionTests.shape(4, 2, 24), tokens: 70, seed: UInt64($0)) }
        let pages = CachePages(layerCount: 3, shape: oracles[0].shape, type: type)
        #expect(pages.grow(toTokens: 70))
        #expect(pages.byteCount == 3 * CachePages.bytes(tokens: 70, shape: oracles[0].shape, type: type))
        let waves = oracles.map { oracle in
            let x = Activations(rows: 70, columns: oracle.columns)
            for row in 0..<70 { x.setRow(row, oracle.rows[row]) }
            return x
        }
        for layer in [2, 0, 1] {
            compute.store(
                keyValues: waves[layer], rows: 0..<70, keyColumn: oracles[layer].keyColumn,
                valueColumn: oracles[layer].valueColumn, firstPosition: 0, into: pages, layer: layer)
        }
        let out = Activations(rows: 70, columns: oracles[0].keyColumn)
        for layer in 0..<3 {
            let slice = AttentionSlice(rows: 0..<70, firstPosition: 0, pages: pages, layer: layer)
            compute.attend(waves[layer], slices: [slice], shape: oracles[layer].shape, into: out)
            let alone = oracles[layer].run(compute, type: type, chunks: [70])
            #expect((0..<70).map(out.copyRow) == alone, "layer \(layer)")
        }
    }

    @Test(arguments: [0, 1, 2, 5]) func truncationKeepsPagesToSpare(kept: Int) {
        let page = CachePages.bytes(tokens: 1, shape: Self.shape, type: .f32)
        let pages = CachePages(shape: Self.shape, type: .f32, keptBytes: kept * page)
        let spares = max(kept, 1)
        #expect(pages.grow(toTokens: 640))
        #expect(pages.byteCount == 10 * page)
        pages.truncate(to: 129)
        #expect(pages.byteCount == (3 + spares) * page)
        pages.truncate(to: 129)
        pages.truncate(to: 1_000)
        #expect(pages.byteCount == (3 + spares) * page)
        #expect(pages.grow(toTokens: 256))
        #expect(pages.byteCount == (3 + spares) * page)
        pages.truncate(to: 0)
        #expect(pages.byteCount == spares * page)
    }

    /// An endless sequence with a window holds as many pages at its end as after its first pages.
    @Test func discardedPagesAreUsedAgain() {
        let pages = CachePages(shape: AttentionTests.shape(2, 1, 20, window: 100), type: .f16)
        var counts: [Int] = []
        for position in stride(from: 0, to: 10_000, by: 16) {
            #expect(pages.grow(toTokens: position + 16))
            pages.discard(before: position + 16 - 100 + 1)
            counts.append(pages.byteCount)
        }
        #expect(counts.suffix(500).allSatisfy { $0 == counts[20] })
        #expect(counts[20] <= 4 * CachePages.bytes(tokens: 1, shape: AttentionTests.shape(2, 1, 20), type: .f16))
    }

    /// Truncated and grown again, with other tokens, a cache is as good as new.
    @Test(arguments: InstructionSet.supported, [CacheType.f32, .q8])
    func truncateThenRegrow(set: InstructionSet, type: CacheType) throws {
        let compute = try Compute(threads: 2, instructionSet: set)
        let old = AttentionOracle(AttentionTests.shape(4, 2, 16), tokens: 200, seed: 1)
        let new = AttentionOracle(AttentionTests.shape(4, 2, 16), tokens: 200, seed: 2)
        for kept in [0, 1, 63, 64, 65, 128, 199] {
            let pages = CachePages(shape: old.shape, type: type)
            let x = Activations(rows: 200, columns: old.columns)
            let out = Activations(rows: 200, columns: old.keyColumn)
            #expect(pages.grow(toTokens: 200))
            for row in 0..<200 { x.setRow(row, old.rows[row]) }
            old.store(compute, x, rows: 0..<200, at: 0, pages)
            pages.truncate(to: kept)
            #expect(pages.grow(toTokens: 200))
            for row in kept..<200 { x.setRow(row, new.rows[row]) }
            new.store(compute, x, rows: kept..<200, at: kept, pages)
            let slice = AttentionSlice(rows: kept..<200, firstPosition: kept, pages: pages)
            compute.attend(x, slices: [slice], shape: old.shape, into: out)
            let fresh = CachePages(shape: old.shape, type: type)
            #expect(fresh.grow(toTokens: 200))
            old.store(compute, x, rows: 0..<200, at: 0, fresh)
            let expected = Activations(rows: 200, columns: old.keyColumn)
            compute.attend(
                x, slices: [AttentionSlice(rows: 0..<200, firstPosition: 0, pages: fresh)], shape: old.shape,
                into: expected)
            #expect((kept..<200).map(out.copyRow) == (kept..<200).map(expected.copyRow), "kept \(kept)")
        }
    }
}
