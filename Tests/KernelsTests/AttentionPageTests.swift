import Foundation
import Kernels
import TestSupport
import Testing

/// One page of attention: against double precision, right before unreadable memory, and lane by lane.
@Suite struct AttentionPageTests {
    static let headSizes = [2, 4, 6, 8, 14, 16, 18, 32, 40, 50, 64, 72, 80, 96, 112, 128, 130, 256]

    @Test(arguments: MatmulSet.available, headSizes)
    func matchesDefinition(set: MatmulSet, headSize: Int) {
        for type in TestPage.Kind.allCases {
            let page = TestPage(headSize: headSize, type, seed: UInt64(headSize), set: set)
            for (first, end) in [(0, 64), (0, 1), (63, 64), (5, 6), (3, 61), (0, 9), (56, 64), (31, 34)] {
                let found = page.attend([(0, first, end)])[0]
                let exact = page.exact(query: 0, first, end)
                let difference = zip(found, exact).map { abs(Double($0) - $1) }.max() ?? 0
                #expect(difference < type.tolerance, "\(type), slots \(first)..<\(end)")
            }
        }
    }

    /// Any number of lanes together gives each of them the bits that it has alone.
    @Test(arguments: MatmulSet.available, headSizes)
    func lanesDoNotMix(set: MatmulSet, headSize: Int) {
        var generator = SplitMix64(seed: UInt64(headSize) + 100)
        for type in TestPage.Kind.allCases {
            let page = TestPage(headSize: headSize, type, seed: UInt64(headSize), set: set)
            for count in [2, 3, 4, 5, 6, 7, 8, 11] {
                let lanes = (0..<count).map { query in
                    let first = Int.random(in: 0..<64, using: &generator)
                    let isWhole = Bool.random(using: &generator)
                    return (
                        query, isWhole ? 0 : first, isWhole ? 64 : Int.random(in: first + 1...64, using: &generator)
                    )
                }
                let together = page.attend(lanes)
                for (lane, found) in zip(lanes, together) { #expect(page.attend([lane])[0] == found, "\(type)") }
            }
        }
    }

    /// Heads of one call get the bits that each gets alone, whether they go side by side or one after the other.
    @Test(arguments: MatmulSet.available, headSizes)
    func headsDoNotMix(set: MatmulSet, headSize: Int) {
        for type in TestPage.Kind.allCases {
            let page = TestPage(headSize: headSize, type, seed: UInt64(headSize), set: set, heads: 9)
            for lanes in [[(0, 0, 64)], [(3, 5, 6)], [(0, 3, 61)], [(0, 0, 40), (1, 0, 41)]] {
                let alone = (0..<9).flatMap { page.attend(lanes, heads: $0..<$0 + 1) }
                for (heads, streams) in [(1, 4), (3, 4), (4, 1), (4, 4), (8, 4), (9, 1), (9, 4)] {
                    let found = page.attend(lanes, heads: 0..<heads, streams: streams)
                    #expect(found == Array(alone.prefix(found.count)), "\(type), \(heads) heads, \(streams) streams")
                }
            }
        }
    }

    /// What no lane sees may be anything.
    @Test(arguments: MatmulSet.available, TestPage.Kind.allCases)
    func hiddenSlotsMayHoldAnything(set: MatmulSet, type: TestPage.Kind) {
        let clean = TestPage(headSize: 34, type, seed: 1, set: set)
        let poisoned = TestPage(headSize: 34, type, seed: 1, set: set)
        for slot in 0..<64 where !(10..<30).contains(slot) {
            poisoned.store(slot: slot, Array(repeating: .nan, count: 34))
        }
        let lanes = [(0, 10, 30), (1, 11, 12), (2, 10, 13), (3, 29, 30), (4, 15, 30)]
        #expect(poisoned.attend(lanes) == clean.attend(lanes))
    }

    /// A number that is none is not lost: whoever sees it knows.
    @Test(arguments: MatmulSet.available, TestPage.Kind.allCases)
    func nothingHidesNaN(set: MatmulSet, type: TestPage.Kind) {
        for poisonsKey in [true, false] {
            let page = TestPage(headSize: 40, type, seed: 1, set: set)
            var row = [Float](repeating: 0.5, count: 40)
            row[33] = .nan
            let clean = [Float](repeating: 0.5, count: 40)
            page.store(slot: 20, key: poisonsKey ? row : clean, value: poisonsKey ? clean : row)
            let found = page.attend([(0, 0, 64), (1, 0, 20), (2, 20, 21), (3, 21, 64)])
            for lane in [0, 2] { #expect(found[lane][33].isNaN) }
            for lane in [1, 3] { for value in found[lane] { #expect(value.isFinite) } }
        }
    }

    /// All sets store the same bytes, but for the payload of NaN.
    @Test(arguments: TestPage.Kind.allCases)
    func storesAgree(type: TestPage.Kind) {
        let pages = MatmulSet.available.map { TestPage(headSize: 24, type, seed: 9, set: $0) }
        let extremes: [Float] = [
            0, -0.0, 65_504, 65_519.996, 65_520, -1e9, 1e-8, 5.96e-8, 2.98e-8, 2.99e-8, 6.1e-5, .infinity, -.infinity,
            1 + 0x1p-11, 1 + 0x3p-11, 0x1p-130, 1, 2, 3, 4, 5, 6, 7, 8,
        ]
        for page in pages {
            page.store(slot: 17, extremes)
            page.store(slot: 18, extremes.map { $0.isFinite ? $0 : 0 })
            #expect(page.bytes == pages[0].bytes)
        }
    }

    /// Rows that come together are stored as if they came one by one, wherever they begin and end.
    @Test(arguments: TestPage.Kind.allCases, [8, 13, 34, 96])
    func storesManyRows(type: TestPage.Kind, headSize: Int) {
        for set in MatmulSet.available {
            for (slot, count) in [(0, 64), (0, 7), (3, 8), (5, 21), (56, 8), (63, 1)] {
                var generator = SplitMix64(seed: UInt64(headSize + slot + count))
                let (keys, values) = (0..<count).reduce(into: ([[Float]](), [[Float]]())) { rows, _ in
                    rows.0.append(generator.gauss(headSize))
                    rows.1.append(generator.gauss(headSize))
                }
                let (together, apart) = (
                    TestPage(headSize: headSize, type, seed: 3, set: set),
                    TestPage(headSize: headSize, type, seed: 3, set: set)
                )
                together.store(slot: slot, keys: keys, values: values)
                for row in 0..<count { apart.store(slot: slot + row, key: keys[row], value: values[row]) }
                #expect(together.bytes == apart.bytes, "\(set), \(count) rows from \(slot)")
            }
        }
    }
}
