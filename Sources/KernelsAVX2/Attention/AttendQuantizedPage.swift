import CIntrinsics
import Kernels

/// Takes queries over one page of a cache of 8-bit integers; the contract is the portable one's, with fused multiply-adds.
///
/// Up to four lanes of a head share a pass, so that a byte is widened once for all of them. A head's only lane waits for memory,
/// and goes beside those of three other heads, so that they are four streams. Sums of integers are exact in any order, and those
/// of floats run over blocks and pages, whatever the number of lanes.
func attendPageQ8(_ call: AttentionCall) {
    var head = 0
    if unsafe call.laneCount == 1 && call.streams == headStreams {
        // As far apart as they can be: each stream goes on with the head behind.
        let apart = unsafe call.headCount / headStreams
        unsafe prefetchStreams(call.nextKeys, apart &* call.headStride)
        while head < apart {
            unsafe attendHeads(call.head(head), apart: apart)
            head &+= 1
        }
        head = headStreams &* apart
    }
    while unsafe head < call.headCount {
        unsafe attendHead(call.head(head))
        head &+= 1
    }
}

/// One head, up to four lanes at a time.
private func attendHead(_ call: AttentionCall) {
    let count = unsafe call.laneCount
    var index = 0
    while index < count {
        switch count - index {
        case 1: unsafe attend(call, LanePass(call.lanes + index, count: 1), 0, Lanes<1, 1>.self)
        case 2: unsafe attend(call, LanePass(call.lanes + index, count: 2), 0, Lanes<2, 1>.self)
        case 3: unsafe attend(call, LanePass(call.lanes + index, count: 3), 0, Lanes<3, 1>.self)
        default: unsafe attend(call, LanePass(call.lanes + index, count: 4), 0, Lanes<4, 1>.self)
        }
        index += 4
    }
}

/// One lane of each of four heads.
private func attendHeads(_ call: AttentionCall, apart: Int) {
    unsafe attend(
        call, LanePass(call.lanes, count: 4, apart: apart), apart &* call.headStride, Lanes<4, 4>.self)
}

/// - Parameter stride: bytes from the head of one lane to that of the next: 0 where it is the same.
@inline(__always)
private func attend<let lanes: Int, let heads: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ stride: Int, _ shape: Lanes<lanes, heads>.Type
) {
    unsafe scoreQuantizedPage(call, pass, stride, shape)
    var scales = InlineArray<lanes, Float>(repeating: 0)
    for i in 0..<lanes { scales[i] = unsafe call.scale * pass[i].query.loadUnaligned(as: Float.self) }
    unsafe softmaxStep(call, pass, slots: 0..<AttentionPageLayout.positions, scales: scales)
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
            let query = unsafe pass[i].query + offset
            unsafe terms.initial[i] = unsafe query.loadUnaligned(as: Int32.self)
            unsafe terms.coefficients[i] =
                unsafe (query + QuantizedQuery.blockHeaderBytes).assumingMemoryBound(to: Int16.self)
        }
        var slot = unsafe pass.slots.lowerBound & ~(QuantizedPage.groupLanes &- 1)
        while unsafe slot < pass.slots.upperBound {
            let sums = unsafe quadProducts(
                blocks.advanced(by: QuantizedPage.offset(ofLane: slot, quads: quads)), quads: 0..<quads, terms, shape)
            for i in 0..<lanes {
                for v in 0..<2 {
                    let scale = unsafe loadScales(blocks.bytes[i], at: slot &+ 8 &* v)
                    let score = unsafe call.scores + (i &* page &+ slot &+ 8 &* v)
                    let sum = start == 0 ? _mm256_setzero_ps() : unsafe _mm256_loadu_ps(score)
                    unsafe _mm256_storeu_ps(score, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[i][v]), scale, sum))
                }
            }
            slot &+= QuantizedPage.groupLanes
        }
        unsafe blocks = unsafe blocks.advanced(by: QuantizedPage.blockBytes)
        offset &+= QuantizedQuery.blockBytes
        start &+= QuantizedPage.blockDimensions
    }
}

/// acc[d] += sᵘ · Σ cᵘ[j] · (b[j][d] − 128) for the dimensions of a block.
@inline(__always)
private func accumulateBlock<let lanes: Int, let heads: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ blocks: QuantizedBlocks<lanes>, from start: Int,
    _ shape: Lanes<lanes, heads>.Type
) {
    unsafe blocks.prefetchScales(shape)
    var terms = unsafe QuadTerms<lanes>(call.scores)
    let scales = unsafe quantizeWeights(call, blocks, into: &terms)
    let quads = unsafe pass.slots.lowerBound / 4..<pass.slots.upperBound / 4
    let width = unsafe call.valueStride &- start
    var d = 0
    while d < width && d < QuantizedPage.blockDimensions {
        let sums = unsafe quadProducts(
            blocks.advanced(by: QuantizedPage.offset(ofLane: d, quads: QuantizedPage.valueQuads)), quads: quads,
            terms, shape)
        for i in 0..<lanes {
            let scale = _mm256_set1_ps(scales[i])
            for v in 0..<2 {
                let sum = unsafe pass[i].state + (AttentionState.accumulators &+ start &+ d &+ 8 &* v)
                unsafe _mm256_storeu_ps(
                    sum, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[i][v]), scale, _mm256_loadu_ps(sum)))
            }
        }
        d &+= QuantizedPage.groupLanes
    }
}
