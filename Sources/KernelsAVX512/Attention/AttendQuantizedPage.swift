import CIntrinsics
import Kernels

/// Takes up to eight queries over one page of a cache of 8-bit integers; contract and bits are those of the narrower set.
///
/// A byte is widened once for all of them. Sums of integers are exact in any order, and those of floats run over blocks
/// and pages, whatever the number of lanes.
func attendEightQ8(_ call: AttentionCall, _ pass: LanePass) { unsafe attend(call, pass, 0, Lanes<8, 1>.self) }

/// Takes the only query of each head over its page: half the instructions of the narrower set, so that a core has more lines under
/// way. Four heads go side by side, as four streams, where the call asks for it.
func attendOneQ8(_ call: AttentionCall) {
    var head = 0
    if unsafe call.streams == headStreams {
        // As far apart as they can be: each stream goes on with the head behind.
        let apart = unsafe call.headCount / headStreams
        unsafe prefetchStreams(call.nextKeys, apart &* call.headStride)
        while head < apart {
            let part = unsafe call.head(head)
            unsafe attend(
                part, LanePass(part.lanes, count: 4, apart: apart), apart &* call.headStride, Lanes<4, 4>.self)
            head &+= 1
        }
        head = headStreams &* apart
    }
    while unsafe head < call.headCount {
        let part = unsafe call.head(head)
        unsafe attend(part, LanePass(part.lanes, count: 1), 0, Lanes<1, 1>.self)
        head &+= 1
    }
}

/// - Parameter stride: bytes from the head of one lane to that of the next: 0 where it is the same.
@inline(__always)
private func attend<let lanes: Int, let heads: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ stride: Int, _ shape: Lanes<lanes, heads>.Type
) {
    unsafe scoreQuantizedPage(call, pass, stride, shape)
    for index in 0..<(unsafe pass.count) {
        let lane = unsafe pass[index]
        unsafe softmaxStep(
            lane, slots: pass.slots, scores: call.scores + index &* AttentionPageLayout.positions,
            scale: call.scale * lane.query.loadUnaligned(as: Float.self), valueStride: call.valueStride)
    }
    var block = unsafe call.values
    var start = 0
    while unsafe start < call.valueStride {
        unsafe accumulateBlock(call, pass, QuantizedBlocks(block, stride), from: start, shape)
        unsafe block += QuantizedPage.blockBytes
        start &+= QuantizedPage.blockDimensions
    }
}

/// s[j] = Σ over blocks sᵏ[j] · Σ c[d] · (b[d][j] − 128) for the slots of a pass.
@inline(__always)
private func scoreQuantizedPage<let lanes: Int, let heads: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ stride: Int, _ shape: Lanes<lanes, heads>.Type
) {
    let page = AttentionPageLayout.positions
    var blocks = unsafe QuantizedBlocks<lanes>(call.keys, stride)
    var (offset, start) = (QuantizedQuery.headerBytes, 0)
    while unsafe start < call.headSize {
        let quads = unsafe QuantizedPage.keyQuads(dimensions: call.headSize &- start)
        unsafe blocks.prefetchScales(shape)
        var terms = unsafe QuadTerms<lanes>(call.scores)
        for i in 0..<lanes {
            let query = unsafe pass.lane(i).query + offset
            unsafe terms.initial[i] = unsafe query.loadUnaligned(as: Int32.self)
            unsafe terms.coefficients[i] =
                unsafe (query + QuantizedQuery.blockHeaderBytes).assumingMemoryBound(to: Int16.self)
        }
        var slot = unsafe pass.slots.lowerBound
        while unsafe slot < pass.slots.upperBound {
            let sums = unsafe quadProducts(
                blocks.advanced(by: QuantizedPage.offset(ofLane: slot, quads: quads)), quads: 0..<quads, terms, shape)
            for i in 0..<lanes {
                let scale = unsafe loadScales(blocks.bytes[i], at: slot)
                let score = unsafe call.scores + (i &* page &+ slot)
                let sum = start == 0 ? _mm512_setzero_ps() : unsafe _mm512_loadu_ps(score)
                unsafe _mm512_storeu_ps(score, _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[i]), scale, sum))
            }
            slot &+= QuantizedPage.groupLanes
        }
        unsafe blocks = unsafe blocks.advanced(by: QuantizedPage.blockBytes)
        offset &+= QuantizedQuery.blockBytes
        start &+= QuantizedPage.blockDimensions
    }
}

/// acc[d] += sᵘ · Σ cᵘ[j] · (b[j][d] − 128) for the dimensions of a block, 16 or 32.
@inline(__always)
private func accumulateBlock<let lanes: Int, let heads: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ blocks: QuantizedBlocks<lanes>, from start: Int,
    _ shape: Lanes<lanes, heads>.Type
) {
    let page = AttentionPageLayout.positions
    let slots = unsafe pass.slots
    let memory = unsafe UnsafeMutableRawPointer(call.scores + AttentionCall.lanesPerPass &* page)
        .assumingMemoryBound(to: Int16.self)
    unsafe blocks.prefetchScales(shape)
    var scales = InlineArray<lanes, Float>(repeating: 0)
    var terms = unsafe QuadTerms<lanes>(UnsafePointer(call.scores + AttentionCall.lanesPerPass &* page))
    for i in 0..<(unsafe pass.count) {
        let own = unsafe memory + i &* page
        unsafe terms.coefficients[i] = unsafe UnsafePointer(own)
        unsafe (scales[i], terms.initial[i]) = unsafe quantizeWeights(
            call.scores + i &* page, scales: blocks.bytes[i], slots: slots, into: own)
    }
    let width = unsafe call.valueStride &- start
    var d = 0
    while d < width && d < QuantizedPage.blockDimensions {
        let sums = unsafe quadProducts(
            blocks.advanced(by: QuantizedPage.offset(ofLane: d, quads: QuantizedPage.valueQuads)),
            quads: slots.lowerBound / 4..<slots.upperBound / 4, terms, shape)
        // Registers have no numbers at run time: a loop to the count would go through memory.
        for i in 0..<lanes where unsafe i < pass.count {
            let sum = unsafe pass[i].state + (AttentionState.accumulators &+ start &+ d)
            unsafe _mm512_storeu_ps(
                sum,
                _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[i]), _mm512_set1_ps(scales[i]), _mm512_loadu_ps(sum)))
        }
        d &+= QuantizedPage.groupLanes
    }
}
