import CIntrinsics
import Kernels

/// Takes up to eight queries over one page of a cache of 8-bit integers; contract and bits are those of the narrower set.
///
/// A byte is widened once for all of them. Sums of integers are exact in any order, and those of floats run over blocks
/// and pages, whatever the number of lanes.
func attendEightQ8(_ call: AttentionCall, _ pass: LanePass) {
    unsafe attend(call, pass, scores: Tile<8, 1>.self, sums: Tile<8, 1>.self)
}

/// Takes one query over a page: half the instructions of the narrower set, so that a core has more lines under way.
func attendOneQ8(_ call: AttentionCall, _ pass: LanePass) {
    unsafe attend(call, pass, scores: Tile<1, 4>.self, sums: Tile<1, 2>.self)
}

@inline(__always)
private func attend<let lanes: Int, let slotVectors: Int, let dimensionVectors: Int>(
    _ call: AttentionCall, _ pass: LanePass, scores: Tile<lanes, slotVectors>.Type,
    sums: Tile<lanes, dimensionVectors>.Type
) {
    unsafe scoreQuantizedPage(call, pass, scores)
    for index in 0..<(unsafe pass.count) {
        let lane = unsafe pass.lanes[index]
        unsafe softmaxStep(
            lane, slots: pass.slots, scores: call.scores + index &* AttentionPageLayout.positions,
            scale: call.scale * lane.query.loadUnaligned(as: Float.self), valueStride: call.valueStride)
    }
    var block = unsafe call.values
    for start in unsafe stride(from: 0, to: call.valueStride, by: QuantizedPage.blockDimensions) {
        let width = unsafe call.valueStride - start
        if width >= QuantizedPage.blockDimensions {
            unsafe accumulateBlock(call, pass, block, from: start, width: QuantizedPage.blockDimensions, sums)
        } else {
            unsafe accumulateBlock(call, pass, block, from: start, width: width, Tile<lanes, 1>.self)
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
    let width = 16 &* vectors
    var (key, offset) = unsafe (call.keys, QuantizedQuery.headerBytes)
    for start in unsafe stride(from: 0, to: call.headSize, by: QuantizedPage.blockDimensions) {
        let rest = unsafe call.headSize - start
        let quads = rest < QuantizedPage.blockDimensions ? (rest + 3) / 4 : QuantizedPage.blockDimensions / 4
        var biases = InlineArray<lanes, Int32>(repeating: 0)
        var coefficients = unsafe InlineArray<lanes, UnsafePointer<Int16>>(
            repeating: UnsafeRawPointer(call.scores).assumingMemoryBound(to: Int16.self))
        for i in 0..<lanes {
            let query = unsafe pass.lane(i).query + offset
            biases[i] = unsafe query.loadUnaligned(as: Int32.self)
            unsafe coefficients[i] =
                unsafe (query + QuantizedQuery.blockHeaderBytes).assumingMemoryBound(to: Int16.self)
        }
        for slot in unsafe stride(from: pass.slots.lowerBound & ~(width &- 1), to: pass.slots.upperBound, by: width) {
            let products = unsafe quadProducts(
                key + (QuantizedPage.scaleBytes &+ 4 &* slot), quads: 0..<quads,
                quadBytes: QuantizedPage.keyQuadBytes, coefficients, initial: biases, tile)
            for v in 0..<vectors {
                let scale = unsafe loadScales(key, at: slot &+ 16 &* v)
                for i in 0..<lanes {
                    let score = unsafe call.scores + (i &* page &+ slot &+ 16 &* v)
                    let sum = start == 0 ? _mm512_setzero_ps() : unsafe _mm512_loadu_ps(score)
                    unsafe _mm512_storeu_ps(score, _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i][v]), scale, sum))
                }
            }
        }
        unsafe key += QuantizedPage.keyBlockBytes
        offset += QuantizedQuery.blockBytes
    }
}

/// acc[d] += sᵘ · Σ cᵘ[j] · (b[j][d] − 128) for the dimensions of a block, 16 or 32.
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
    for i in 0..<(unsafe pass.count) {
        let own = unsafe memory + i &* page
        unsafe coefficients[i] = unsafe UnsafePointer(own)
        (scales[i], biases[i]) = unsafe quantizeWeights(
            call.scores + i &* page, scales: block, slots: slots, into: own)
    }
    for d in stride(from: 0, to: width, by: 16 &* vectors) {
        let products = unsafe quadProducts(
            block + (QuantizedPage.scaleBytes &+ 4 &* d), quads: slots.lowerBound / 4..<slots.upperBound / 4,
            quadBytes: 4 &* width, coefficients, initial: biases, tile)
        // Registers have no numbers at run time: a loop to the count would go through memory.
        for i in 0..<lanes where unsafe i < pass.count {
            let scale = _mm512_set1_ps(scales[i])
            for v in 0..<vectors {
                let sum = unsafe pass.lanes[i].state + (AttentionState.accumulators &+ start &+ d &+ 16 &* v)
                unsafe _mm512_storeu_ps(
                    sum, _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i][v]), scale, _mm512_loadu_ps(sum)))
            }
        }
    }
}
