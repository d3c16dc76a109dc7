import CIntrinsics
import Kernels

/// Takes queries over one page of a cache of 8-bit integers; the contract is the portable one's, with fused multiply-adds.
///
/// Up to four lanes share a pass, so that a byte is widened once for all of them. Sums of integers are exact in any
/// order, and those of floats run over blocks and pages, whatever the number of lanes.
func attendPageQ8(_ call: AttentionCall) {
    let count = unsafe call.laneCount
    var index = 0
    while index < count {
        switch count - index {
        case 1: unsafe attend(call, from: index, scores: Tile<1, 8>.self, sums: Tile<1, 4>.self)
        case 2: unsafe attend(call, from: index, scores: Tile<2, 4>.self, sums: Tile<2, 4>.self)
        case 3: unsafe attend(call, from: index, scores: Tile<3, 2>.self, sums: Tile<3, 2>.self)
        default: unsafe attend(call, from: index, scores: Tile<4, 2>.self, sums: Tile<4, 2>.self)
        }
        index += 4
    }
}

@inline(__always)
private func attend<let lanes: Int, let slotVectors: Int, let dimensionVectors: Int>(
    _ call: AttentionCall, from index: Int, scores _: Tile<lanes, slotVectors>.Type,
    sums _: Tile<lanes, dimensionVectors>.Type
) {
    let pass = unsafe LanePass(call.lanes + index, count: lanes)
    unsafe scoreQuantizedPage(call, pass, Tile<lanes, slotVectors>.self)
    for i in 0..<lanes {
        let lane = unsafe pass.lanes[i]
        unsafe softmaxStep(
            lane, slots: pass.slots, scores: call.scores + i &* AttentionPageLayout.positions,
            scale: call.scale * lane.query.loadUnaligned(as: Float.self), valueStride: call.valueStride)
    }
    var block = unsafe call.values
    for start in unsafe stride(from: 0, to: call.valueStride, by: QuantizedPage.blockDimensions) {
        let width = unsafe call.valueStride - start
        if width >= QuantizedPage.blockDimensions {
            unsafe accumulateBlock(
                call, pass, block, from: start, width: QuantizedPage.blockDimensions,
                Tile<lanes, dimensionVectors>.self)
        } else {
            unsafe accumulateBlock(call, pass, block, from: start, width: width, Tile<lanes, 2>.self)
        }
        unsafe block += QuantizedPage.valueBlockBytes(lanes: QuantizedPage.blockDimensions)
    }
}

/// s[j] = Σ over blocks sᵏ[j] · Σ c[d] · (b[d][j] − 128) for the slots of a pass.
@inline(__always)
private func scoreQuantizedPage<let lanes: Int, let vectors: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ tile: Tile<lanes, vectors>.Type
) {
    let page = AttentionPageLayout.positions
    let width = 8 &* vectors
    var (key, offset) = unsafe (call.keys, QuantizedQuery.headerBytes)
    for start in unsafe stride(from: 0, to: call.headSize, by: QuantizedPage.blockDimensions) {
        let rest = unsafe call.headSize - start
        let quads = rest < QuantizedPage.blockDimensions ? (rest + 3) / 4 : QuantizedPage.blockDimensions / 4
        var biases = InlineArray<lanes, Int32>(repeating: 0)
        var coefficients = unsafe InlineArray<lanes, UnsafePointer<Int16>>(
            repeating: UnsafeRawPointer(call.scores).assumingMemoryBound(to: Int16.self))
        for i in 0..<lanes {
            let query = unsafe pass.lanes[i].query + offset
            biases[i] = unsafe query.loadUnaligned(as: Int32.self)
            unsafe coefficients[i] =
                unsafe (query + QuantizedQuery.blockHeaderBytes).assumingMemoryBound(to: Int16.self)
        }
        for slot in unsafe stride(from: pass.slots.lowerBound & ~(width &- 1), to: pass.slots.upperBound, by: width) {
            let products = unsafe quadProducts(
                key + (QuantizedPage.scaleBytes &+ 4 &* slot), quads: 0..<quads, quadBytes: QuantizedPage.keyQuadBytes,
                coefficients, initial: biases, tile)
            for v in 0..<vectors {
                let scale = unsafe loadScales(key, at: slot &+ 8 &* v)
                for i in 0..<lanes {
                    let score = unsafe call.scores + (i &* page &+ slot &+ 8 &* v)
                    let sum = start == 0 ? _mm256_setzero_ps() : unsafe _mm256_loadu_ps(score)
                    unsafe _mm256_storeu_ps(score, _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[i][v]), scale, sum))
                }
            }
        }
        unsafe key += QuantizedPage.keyBlockBytes
        offset += QuantizedQuery.blockBytes
    }
}

/// acc[d] += sᵘ · Σ cᵘ[j] · (b[j][d] − 128) for the dimensions of a block.
@inline(__always)
private func accumulateBlock<let lanes: Int, let vectors: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ block: UnsafeRawPointer, from start: Int, width: Int,
    _ tile: Tile<lanes, vectors>.Type
) {
    let page = AttentionPageLayout.positions
    let slots = unsafe pass.slots
    let memory = unsafe UnsafeMutableRawPointer(call.scores + AttentionCall.lanesPerPass &* page)
        .assumingMemoryBound(to: Int16.self)
    var scales = InlineArray<lanes, Float>(repeating: 0)
    var biases = InlineArray<lanes, Int32>(repeating: 0)
    var coefficients = unsafe InlineArray<lanes, UnsafePointer<Int16>>(repeating: UnsafePointer(memory))
    for i in 0..<lanes {
        let own = unsafe memory + i &* page
        unsafe coefficients[i] = unsafe UnsafePointer(own)
        (scales[i], biases[i]) = unsafe quantizeWeights(
            call.scores + i &* page, scales: block, slots: slots, into: own)
    }
    for d in stride(from: 0, to: width, by: 8 &* vectors) {
        let products = unsafe quadProducts(
            block + (QuantizedPage.scaleBytes &+ 4 &* d), quads: slots.lowerBound / 4..<slots.upperBound / 4,
            quadBytes: 4 &* width, coefficients, initial: biases, tile)
        for i in 0..<lanes {
            let scale = _mm256_set1_ps(scales[i])
            for v in 0..<vectors {
                let sum = unsafe pass.lanes[i].state + (AttentionState.accumulators &+ start &+ d &+ 8 &* v)
                unsafe _mm256_storeu_ps(
                    sum, _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[i][v]), scale, _mm256_loadu_ps(sum)))
            }
        }
    }
}
