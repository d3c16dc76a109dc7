import Kernels
import TestSupport
import Testing

/// The page of 8-bit integers: how near its numbers come to those that were stored, and what it does with extremes.
@Suite struct QuantizedPageTests {
    @Test(arguments: AttentionPageTests.headSizes)
    func storedNumbersAreNear(headSize: Int) {
        let page = TestPage(headSize: headSize, .q8, seed: 3, set: .portable)
        var generator = SplitMix64(seed: UInt64(headSize))
        for (slot, size) in [(0, 1), (1, 1e-3), (7, 1e-6), (63, 1e-7), (30, 1e5), (31, 0)] as [(Int, Float)] {
            let key = generator.gauss(headSize).map { $0 * size }
            let value = generator.gauss(headSize).map { $0 * size }
            page.store(slot: slot, key: key, value: value)
            for d in 0..<headSize {
                let block = d / 32 * 32..<min(d / 32 * 32 + 32, headSize)
                let scale = page.storedScale(slot, d)
                for (stored, row, scale) in [
                    (page.storedKey(slot, d), key, scale.key), (page.storedValue(slot, d), value, scale.value),
                ] {
                    let largest = row[block].map(abs).max() ?? 0
                    #expect(scale <= largest / 127 * (1 + 0x1p-10) + 0x1p-24 && scale * 127 >= largest)
                    #expect(abs(stored - Double(row[d])) <= Double(scale) * 0.500_001)
                }
            }
        }
    }

    /// Beyond what a binary16 scale can say, a block is no number, like a float beyond binary16 in the page of these.
    @Test(arguments: MatmulSet.available)
    func whatCannotBeStoredShows(set: MatmulSet) {
        for extreme: Float in [.nan, .infinity, -.infinity, 8.4e6, -1e30] {
            let page = TestPage(headSize: 40, .q8, seed: 5, set: set)
            var row = [Float](repeating: 1, count: 40)
            row[35] = extreme
            page.store(slot: 3, row)
            #expect(page.storedScale(3, 35).key.isNaN && page.storedScale(3, 35).value.isNaN)
            #expect(!page.storedScale(3, 0).key.isNaN)
            for value in page.attend([(0, 0, 64)])[0] { #expect(value.isNaN) }
        }
        let page = TestPage(headSize: 40, .q8, seed: 5, set: set)
        page.store(slot: 3, [Float](repeating: 8.3e6, count: 40))
        for value in page.attend([(0, 0, 64)])[0] { #expect(value.isFinite) }
    }

    /// Coefficients in the order 0 2 1 3, a sum for every block, zeros beyond the head.
    @Test(arguments: MatmulSet.available, AttentionPageTests.headSizes)
    func queries(set: MatmulSet, headSize: Int) {
        var generator = SplitMix64(seed: UInt64(headSize))
        let kernel = unsafe set.all.attention.quantizeQuery
        for size: Float in [1, 1e30, 1e-30, 0] {
            let query = generator.gauss(headSize).map { $0 * size }
            let source = FencedMemory(query)
            let target = FencedMemory(byteCount: QuantizedQuery.bytes(headSize: headSize), against: .end)
            unsafe kernel(source.floats, headSize, target.base)
            let scale = unsafe target.base.loadUnaligned(as: Float.self)
            let largest = query.map(abs).max() ?? 0
            #expect(abs(scale - largest / 32_639) <= scale.ulp)
            for block in 0..<(headSize + 31) / 32 {
                let start = unsafe target.base + (16 + 80 * block)
                var sum: Int32 = 0
                for i in 0..<32 {
                    let place = i / 4 * 4 + [0, 2, 1, 3][i % 4]
                    let c = Int32(unsafe start.loadUnaligned(fromByteOffset: 16 + 2 * place, as: Int16.self))
                    let expected = 32 * block + i < headSize ? query[32 * block + i] : 0
                    #expect(abs(Float(c) * scale - expected) <= scale * 0.51)
                    #expect(abs(c) <= 32_639)
                    sum += c
                }
                #expect(unsafe start.loadUnaligned(as: Int32.self) == -128 * sum)
            }
        }
        for bad: Float in [.nan, .infinity] {
            var query = [Float](repeating: 1, count: headSize)
            query[headSize - 1] = bad
            let source = FencedMemory(query)
            let target = FencedMemory(byteCount: QuantizedQuery.bytes(headSize: headSize), against: .end)
            unsafe kernel(source.floats, headSize, target.base)
            #expect((unsafe target.base.loadUnaligned(as: Float.self)).isNaN)
        }
    }
}
