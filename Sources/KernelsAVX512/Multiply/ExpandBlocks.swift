import Kernels

/// Goes through the blocks of a call's weights, two groups at a time, for what is expanded of each.
///
/// - Parameters:
///   - weightBytes: bytes of a block of one group, without its scales.
///   - expandedBytes: bytes that come of a block of both.
///   - body: where the block's own scales stand, its integers, and where they go.
@unsafe @inline(__always)
func expandBlocks<Scales: TileScales>(
    _ call: TileCall, into destination: UnsafeMutableRawPointer, _: Scales.Type, weightBytes: Int, expandedBytes: Int,
    _ body: (
        _ scales: Scales, _ header: UnsafeRawPointer, _ w: UnsafeRawPointer, _ pair: GroupPair,
        _ out: UnsafeMutableRawPointer
    ) -> Void
) {
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    var out = unsafe destination
    var group = 0
    while unsafe group < call.groups {
        let pair = unsafe GroupPair(call, first: group)
        var w = unsafe call.weights + group * call.groupBytes
        var block = 0
        while block < blocks {
            let scales = unsafe Scales(header: w, pair)
            unsafe w += Scales.headerBytes
            let end = min(block &+ blocksPerHeader, blocks)
            while block < end {
                block &+= 1
                let header = unsafe w
                unsafe w += Scales.blockHeaderBytes
                unsafe pair.prefetch(w, lines: weightBytes / 64)
                unsafe body(scales, header, w, pair, out)
                unsafe out += expandedBytes
                unsafe w += weightBytes
            }
        }
        group += 2
    }
}
