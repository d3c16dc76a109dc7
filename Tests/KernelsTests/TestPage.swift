import Foundation
import Kernels
import TestSupport

/// A page of random keys and values for some heads, and random queries.
struct TestPage {
    /// What a page holds.
    enum Kind: CaseIterable {
        case f32, f16, q8

        /// How far a result may be from attention over the page's own numbers: sums of floats, and with integers the
        /// rounding of the coefficients to 16 bits.
        var tolerance: Double { self == .q8 ? 1e-4 : 4e-6 }
    }

    let layout: AttentionPageLayout
    let type: Kind
    let kernels: AttentionKernels
    private let keys: FencedMemory
    private let values: FencedMemory
    private let rows: [[Float]]
    private let queries: [[Float]]
    private let scale: Float

    init(headSize: Int, _ type: Kind, seed: UInt64, set: MatmulSet, heads: Int = 1) {
        var generator = SplitMix64(seed: seed)
        switch type {
        case .f32: layout = AttentionPageLayout(headSize: headSize, elementBytes: 4)
        case .f16: layout = AttentionPageLayout(headSize: headSize, elementBytes: 2)
        case .q8: layout = AttentionPageLayout(quantizedHeadSize: headSize)
        }
        self.type = type
        kernels = set.all.attention
        let others = (heads - 1) * layout.headBytes
        keys = FencedMemory(byteCount: others + layout.keyBytes, against: .end)
        values = FencedMemory(byteCount: others + layout.valueBytes, against: .end)
        scale = 1 / Float(headSize).squareRoot()
        // Numbers that binary16 holds exactly, so that both types of float mean the same.
        rows = (0..<64).map { _ in generator.gauss(headSize).map { ($0 * 256).rounded() / 256 } }
        queries = (0..<11).map { _ in generator.gauss(headSize) }
        for head in 0..<heads {
            for slot in 0..<64 {
                // Each head the same rows, from another one on.
                let row = rows[(slot + 7 * head) % 64]
                store(slot: slot, keys: [row], values: [row.map(-)], head: head)
            }
        }
    }

    private var page: CachePageKernels {
        switch type {
        case .f32: kernels.f32
        case .f16: kernels.f16
        case .q8: kernels.q8
        }
    }

    /// Stores a row as key and, negated, as value.
    func store(slot: Int, _ row: [Float]) { store(slot: slot, key: row, value: row.map(-)) }

    func store(slot: Int, key: [Float], value: [Float]) { store(slot: slot, keys: [key], values: [value]) }

    /// Stores rows in one call, each with its value behind its key.
    func store(slot: Int, keys: [[Float]], values: [[Float]], head: Int = 0) {
        let source = FencedMemory(zip(keys, values).flatMap { $0 + $1 })
        let (kernel, headSize) = (unsafe page.store, layout.headSize)
        withExtendedLifetime(source) {
            unsafe kernel(
                CacheStoreCall(
                    keys: source.floats, values: source.floats + headSize, stride: 2 * headSize, rows: keys.count,
                    headSize: headSize, valueStride: layout.valueStride,
                    keyPage: self.keys.base + head * layout.headBytes,
                    valuePage: self.values.base + head * layout.headBytes, slot: slot))
        }
    }

    var bytes: [UInt8] { bytes(of: keys, layout.keyBytes) + bytes(of: values, layout.valueBytes) }

    private func bytes(of memory: FencedMemory, _ count: Int) -> [UInt8] {
        (0..<count).map { unsafe memory.base.load(fromByteOffset: $0, as: UInt8.self) }
    }

    /// The results of the lanes for each of the heads in turn.
    func attend(
        _ lanes: [(query: Int, first: Int, end: Int)], heads: Range<Int> = 0..<1, streams: Int = 1
    ) -> [[Float]] {
        let laneCount = lanes.count
        let lanes = heads.flatMap { head in lanes.map { (query: ($0.query + head) % 11, $0.first, $0.end) } }
        let stateFloats = AttentionState.floats(valueStride: layout.valueStride)
        let sources = lanes.map { query(queries[$0.query]) }
        let states = lanes.map { _ in FencedMemory(byteCount: stateFloats * 4, against: .end) }
        let scores = FencedMemory(byteCount: (unsafe AttentionCall.scoreFloats) * 4, against: .end)
        let stride = unsafe MemoryLayout<AttentionLane>.stride
        let offset = heads.lowerBound * layout.headBytes
        let memory = FencedMemory(byteCount: lanes.count * stride, against: .end)
        let list = unsafe memory.base.assumingMemoryBound(to: AttentionLane.self)
        let (begin, finish) = unsafe (kernels.begin, kernels.finish)
        // What was there before never matters.
        for index in 0..<(unsafe AttentionCall.scoreFloats) { unsafe scores.floats[index] = .nan }
        for (index, lane) in lanes.enumerated() {
            unsafe begin(states[index].floats, layout.valueStride)
            unsafe list[index] = AttentionLane(
                query: sources[index].base, state: states[index].floats, first: lane.1, end: lane.2)
        }
        let kernel = unsafe page.attend
        withExtendedLifetime((sources, memory, scores)) {
            unsafe kernel(
                AttentionCall(
                    keys: keys.base + offset, values: values.base + offset, nextKeys: keys.base, headCount: heads.count,
                    headStride: layout.headBytes, headSize: layout.headSize, valueStride: layout.valueStride,
                    scale: scale, lanes: list, laneCount: laneCount, streams: streams, scores: scores.floats))
        }
        let target = FencedMemory(byteCount: layout.headSize * 4, against: .end)
        return states.map { state in
            unsafe finish(state.floats, target.floats, layout.headSize)
            return target.values(layout.headSize)
        }
    }

    /// A query as the page wants it.
    private func query(_ values: [Float]) -> FencedMemory {
        let floats = FencedMemory(values)
        guard type == .q8 else { return floats }
        let quantized = FencedMemory(byteCount: QuantizedQuery.bytes(headSize: layout.headSize), against: .end)
        let kernel = unsafe kernels.quantizeQuery
        unsafe kernel(floats.floats, layout.headSize, quantized.base)
        return quantized
    }

    /// Attention over the numbers that the page holds.
    func exact(query: Int, _ first: Int, _ end: Int) -> [Double] {
        let size = layout.headSize
        let scores = (first..<end).map { slot in
            (0..<size).reduce(0.0) { $0 + Double(queries[query][$1]) * storedKey(slot, $1) } * Double(scale)
        }
        let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
        let sum = weights.reduce(0, +)
        return (0..<size).map { d in
            zip(first..<end, weights).reduce(0.0) { $0 + $1.1 * storedValue($1.0, d) } / sum
        }
    }

    // MARK: What stands in the page

    func storedKey(_ slot: Int, _ d: Int) -> Double {
        guard type == .q8 else { return Double(rows[slot][d]) }
        let (block, rest) = d.quotientAndRemainder(dividingBy: 32)
        let start = block * (128 + 32 * 64)
        let quads = min(8, (layout.headSize - 32 * block + 3) / 4)
        let group = start + 128 + slot / 16 * 64 * quads
        return quantized(
            keys, scaleAt: start + 2 * slot, byteAt: group + rest / 4 * 64 + slot % 16 * 4 + rest % 4)
    }

    func storedValue(_ slot: Int, _ d: Int) -> Double {
        guard type == .q8 else { return -Double(rows[slot][d]) }
        let (block, rest) = d.quotientAndRemainder(dividingBy: 32)
        let start = block * (128 + 32 * 64)
        let group = start + 128 + rest / 16 * 64 * 16
        return quantized(
            values, scaleAt: start + 2 * slot, byteAt: group + slot / 4 * 64 + rest % 16 * 4 + slot % 4)
    }

    /// The scale of a dimension's block, of keys and values alike.
    func storedScale(_ slot: Int, _ d: Int) -> (key: Float, value: Float) {
        let offset = d / 32 * (128 + 32 * 64) + 2 * slot
        return (unsafe half(keys.base + offset), unsafe half(values.base + offset))
    }

    private func quantized(_ memory: FencedMemory, scaleAt: Int, byteAt: Int) -> Double {
        let scale = unsafe half(memory.base + scaleAt)
        return Double(scale) * Double(Int(unsafe memory.base.load(fromByteOffset: byteAt, as: UInt8.self)) - 128)
    }

    private func half(_ source: UnsafeMutableRawPointer) -> Float {
        Half.float(unsafe source.loadUnaligned(as: UInt16.self))
    }
}
