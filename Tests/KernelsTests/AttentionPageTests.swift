import Foundation
import Kernels
import TestSupport
import Testing

/// One page of attention: against double precision, right before unreadable memory, and lane by lane.
@Suite struct AttentionPageTests {
    static let headSizes = [2, 4, 6, 8, 14, 16, 18, 32, 40, 64, 72, 80, 96, 112, 128, 130, 256]

    @Test(arguments: MatmulSet.available, headSizes)
    func matchesDefinition(set: MatmulSet, headSize: Int) {
        for isHalf in [false, true] {
            let page = TestPage(headSize: headSize, isHalf: isHalf, seed: UInt64(headSize), set: set)
            for (first, end) in [(0, 64), (0, 1), (63, 64), (5, 6), (3, 61), (0, 9), (56, 64)] {
                let found = page.attend([(0, first, end)])[0]
                let exact = page.exact(query: 0, first, end)
                for d in 0..<headSize { #expect(abs(Double(found[d]) - exact[d]) < 4e-6, "slots \(first)..<\(end)") }
            }
        }
    }

    /// Any number of lanes together gives each of them the bits that it has alone.
    @Test(arguments: MatmulSet.available, headSizes)
    func lanesDoNotMix(set: MatmulSet, headSize: Int) {
        var generator = SplitMix64(seed: UInt64(headSize) + 100)
        for isHalf in [false, true] {
            let page = TestPage(headSize: headSize, isHalf: isHalf, seed: UInt64(headSize), set: set)
            for count in [2, 3, 4, 5, 8, 11] {
                let lanes = (0..<count).map { query in
                    let first = Int.random(in: 0..<64, using: &generator)
                    let isWhole = Bool.random(using: &generator)
                    return (
                        query, isWhole ? 0 : first, isWhole ? 64 : Int.random(in: first + 1...64, using: &generator)
                    )
                }
                let together = page.attend(lanes)
                for (lane, found) in zip(lanes, together) { #expect(page.attend([lane])[0] == found) }
            }
        }
    }

    /// What no lane sees may be anything.
    @Test(arguments: MatmulSet.available)
    func hiddenSlotsMayHoldAnything(set: MatmulSet) {
        for isHalf in [false, true] {
            let clean = TestPage(headSize: 34, isHalf: isHalf, seed: 1, set: set)
            let poisoned = TestPage(headSize: 34, isHalf: isHalf, seed: 1, set: set)
            for slot in 0..<64 where !(10..<30).contains(slot) {
                poisoned.store(slot: slot, Array(repeating: .nan, count: 34))
            }
            let lanes = [(0, 10, 30), (1, 11, 12), (2, 10, 13), (3, 29, 30), (4, 15, 30)]
            #expect(poisoned.attend(lanes) == clean.attend(lanes))
        }
    }

    /// All sets store the same bytes, but for the payload of NaN.
    @Test(arguments: [false, true])
    func storesAgree(isHalf: Bool) {
        let pages = MatmulSet.available.map { TestPage(headSize: 24, isHalf: isHalf, seed: 9, set: $0) }
        let extremes: [Float] = [
            0, -0.0, 65_504, 65_519.996, 65_520, -1e9, 1e-8, 5.96e-8, 2.98e-8, 2.99e-8, 6.1e-5, .infinity, -.infinity,
            1 + 0x1p-11, 1 + 0x3p-11, 0x1p-130, 1, 2, 3, 4, 5, 6, 7, 8,
        ]
        for page in pages {
            page.store(slot: 17, extremes)
            #expect(page.bytes == pages[0].bytes)
        }
    }
}

/// A page of random keys and values, and random queries.
struct TestPage {
    let layout: AttentionPageLayout
    private let isHalf: Bool
    private let kernels: AttentionKernels
    private let keys: FencedMemory
    private let values: FencedMemory
    private let rows: [[Float]]
    private let queries: [[Float]]
    private let scale: Float

    init(headSize: Int, isHalf: Bool, seed: UInt64, set: MatmulSet) {
        var generator = SplitMix64(seed: seed)
        layout = AttentionPageLayout(headSize: headSize, elementBytes: isHalf ? 2 : 4)
        self.isHalf = isHalf
        kernels = set.all.attention
        keys = FencedMemory(byteCount: layout.keyBytes, against: .end)
        values = FencedMemory(byteCount: layout.valueBytes, against: .end)
        scale = 1 / Float(headSize).squareRoot()
        // Numbers that binary16 holds exactly, so that both types of page mean the same.
        rows = (0..<64).map { _ in generator.gauss(headSize).map { ($0 * 256).rounded() / 256 } }
        queries = (0..<11).map { _ in generator.gauss(headSize) }
        for slot in 0..<64 { store(slot: slot, rows[slot]) }
    }

    /// Stores a row as key and, negated, as value.
    func store(slot: Int, _ row: [Float]) {
        let source = FencedMemory(row + row.map(-))
        let kernel = unsafe isHalf ? kernels.storeF16 : kernels.storeF32
        withExtendedLifetime(source) {
            unsafe kernel(
                CacheStoreCall(
                    keys: source.floats, values: source.floats + row.count, stride: 0, rows: 1, headSize: row.count,
                    valueStride: layout.valueStride, keyPage: keys.base, valuePage: values.base, slot: slot))
        }
    }

    var bytes: [UInt8] {
        (0..<layout.keyBytes).map { unsafe keys.base.load(fromByteOffset: $0, as: UInt8.self) }
            + (0..<layout.valueBytes).map { unsafe values.base.load(fromByteOffset: $0, as: UInt8.self) }
    }

    func attend(_ lanes: [(query: Int, first: Int, end: Int)]) -> [[Float]] {
        let stateFloats = AttentionState.floats(valueStride: layout.valueStride)
        let sources = lanes.map { FencedMemory(queries[$0.query]) }
        let states = lanes.map { _ in FencedMemory(byteCount: stateFloats * 4, against: .end) }
        let scores = FencedMemory(byteCount: (unsafe AttentionCall.scoreFloats) * 4, against: .end)
        let stride = unsafe MemoryLayout<AttentionLane>.stride
        let memory = FencedMemory(byteCount: lanes.count * stride, against: .end)
        let list = unsafe memory.base.assumingMemoryBound(to: AttentionLane.self)
        let (begin, finish) = unsafe (kernels.begin, kernels.finish)
        for (index, lane) in lanes.enumerated() {
            unsafe begin(states[index].floats, layout.valueStride)
            unsafe list[index] = AttentionLane(
                query: sources[index].floats, state: states[index].floats, first: lane.first, end: lane.end)
        }
        let kernel = unsafe isHalf ? kernels.attendPageF16 : kernels.attendPageF32
        withExtendedLifetime((sources, memory, scores)) {
            unsafe kernel(
                AttentionCall(
                    keys: keys.base, values: values.base, headSize: layout.headSize, valueStride: layout.valueStride,
                    scale: scale, lanes: list, laneCount: lanes.count, scores: scores.floats))
        }
        let target = FencedMemory(byteCount: layout.headSize * 4, against: .end)
        return states.map { state in
            unsafe finish(state.floats, target.floats, layout.headSize)
            return target.values(layout.headSize)
        }
    }

    func exact(query: Int, _ first: Int, _ end: Int) -> [Double] {
        let scores = (first..<end).map { slot in
            zip(queries[query], rows[slot]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * Double(scale)
        }
        let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
        let sum = weights.reduce(0, +)
        return (0..<layout.headSize).map { d in
            zip(first..<end, weights).reduce(0.0) { $0 - $1.1 * Double(rows[$1.0][d]) } / sum
        }
    }
}
