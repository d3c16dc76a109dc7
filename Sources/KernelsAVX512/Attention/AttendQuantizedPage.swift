import CIntrinsics
import Kernels

/// Takes up to eight queries over one page of a cache of 8-bit integers; contract and bits are those of the narrower set.
///
/// A byte is widened once for all of them. Sums of integers are exact in any order, and those of floats run over blocks
/// and pages, whatever the number of lanes.
func attendEightQ8(_ call: AttentionCall, _ pass: LanePass) {
    unsafe scoreQuantizedPage(call, pass)
    for index in 0..<(unsafe pass.count) {
        let lane = unsafe pass.lanes[index]
        unsafe softmaxStep(
            lane, slots: pass.slots, scores: call.scores + index &* AttentionPageLayout.positions,
            scale: call.scale * lane.query.loadUnaligned(as: Float.self), valueStride: call.valueStride)
    }
    var block = unsafe call.values
    for start in unsafe stride(from: 0, to: call.valueStride, by: QuantizedPage.blockDimensions) {
        let width = unsafe min(QuantizedPage.blockDimensions, call.valueStride - start)
        unsafe accumulateBlock(call, pass, block, from: start, width: width)
        unsafe block += QuantizedPage.valueBlockBytes(lanes: width)
    }
}

/// s[j] = Σ over blocks sᵏ[j] · Σ c[d] · (b[d][j] − 128) for the slots of a pass.
@inline(__always)
private func scoreQuantizedPage(_ call: AttentionCall, _ pass: LanePass) {
    var (key, offset) = unsafe (call.keys, QuantizedQuery.headerBytes)
    for start in unsafe stride(from: 0, to: call.headSize, by: QuantizedPage.blockDimensions) {
        let rest = unsafe call.headSize - start
        let quads = rest < QuantizedPage.blockDimensions ? (rest + 3) / 4 : QuantizedPage.blockDimensions / 4
        var biases = InlineArray<8, Int32>(repeating: 0)
        var coefficients = unsafe InlineArray<8, UnsafePointer<Int16>>(
            repeating: UnsafeRawPointer(call.scores).assumingMemoryBound(to: Int16.self))
        for i in 0..<8 {
            let query = unsafe pass.lane(i).query + offset
            biases[i] = unsafe query.loadUnaligned(as: Int32.self)
            unsafe coefficients[i] =
                unsafe (query + QuantizedQuery.blockHeaderBytes).assumingMemoryBound(to: Int16.self)
        }
        for slot in unsafe stride(from: pass.slots.lowerBound, to: pass.slots.upperBound, by: 16) {
            let products = unsafe quadProducts(
                key + (QuantizedPage.scaleBytes &+ 4 &* slot), quads: 0..<quads,
                quadBytes: QuantizedPage.keyQuadBytes, coefficients, initial: biases)
            let scale = unsafe loadScales(key, at: slot)
            for i in 0..<8 {
                let score = unsafe call.scores + (i &* AttentionPageLayout.positions &+ slot)
                let sum = start == 0 ? _mm512_setzero_ps() : unsafe _mm512_loadu_ps(score)
                unsafe _mm512_storeu_ps(score, _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i]), scale, sum))
            }
        }
        unsafe key += QuantizedPage.keyBlockBytes
        offset += QuantizedQuery.blockBytes
    }
}

/// acc[d] += sᵘ · Σ cᵘ[j] · (b[j][d] − 128) for the dimensions of a block, 16 or 32.
@inline(__always)
private func accumulateBlock(
    _ call: AttentionCall, _ pass: LanePass, _ block: UnsafeRawPointer, from start: Int, width: Int
) {
    let page = AttentionPageLayout.positions
    let slots = unsafe pass.slots
    let memory = unsafe UnsafeMutableRawPointer(call.scores + AttentionCall.lanesPerPass &* page)
        .assumingMemoryBound(to: Int16.self)
    var scales = InlineArray<8, Float>(repeating: 0)
    var biases = InlineArray<8, Int32>(repeating: 0)
    var coefficients = unsafe InlineArray<8, UnsafePointer<Int16>>(repeating: UnsafePointer(memory))
    for i in 0..<(unsafe pass.count) {
        let own = unsafe memory + i &* page
        unsafe coefficients[i] = unsafe UnsafePointer(own)
        (scales[i], biases[i]) = unsafe quantizeWeights(
            call.scores + i &* page, scales: block, slots: slots, into: own)
    }
    for d in stride(from: 0, to: width, by: 16) {
        let products = unsafe quadProducts(
            block + (QuantizedPage.scaleBytes &+ 4 &* d), quads: slots.lowerBound / 4..<slots.upperBound / 4,
            quadBytes: 4 &* width, coefficients, initial: biases)
        // Registers have no numbers at run time: a loop to the count would go through memory.
        for i in 0..<8 where unsafe i < pass.count {
            let sum = unsafe pass.lanes[i].state + (AttentionState.accumulators &+ start &+ d)
            unsafe _mm512_storeu_ps(
                sum,
                _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i]), _mm512_set1_ps(scales[i]), _mm512_loadu_ps(sum)))
        }
    }
}
