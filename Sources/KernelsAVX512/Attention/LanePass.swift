import Kernels

/// Carries the numbers of a register tile into the function that is specialised for it: never a value, only a type.
/// So many lanes times so many vectors of sixteen slots or dimensions.
enum Tile<let lanes: Int, let vectors: Int> {}

/// Up to eight lanes that go over a page, or over those of several heads, together, and the slots that they see.
///
/// Where there are fewer, the last one stands in for those that lack, and what it gives there is not stored.
@unsafe struct LanePass {
    /// Eight chains outlast the latency of a fused multiply-add (4 cycles, one of 512 bits a cycle) twice.
    @inline(__always) static var capacity: Int { 8 }

    private let lanes: UnsafePointer<AttentionLane>
    private let apart: Int
    let count: Int
    /// What any of them sees, rounded to whole vectors.
    let slots: Range<Int>
    /// What any of them sees.
    let seen: Range<Int>
    /// What all of them see; empty, but within the former, where they see nothing in common.
    let common: Range<Int>

    /// - Parameter apart: from one of them to the next in the list.
    @inline(__always)
    init(_ lanes: UnsafePointer<AttentionLane>, count: Int, apart: Int = 1) {
        unsafe self.lanes = unsafe lanes
        unsafe self.apart = apart
        unsafe self.count = count
        var (lowest, highest) = unsafe (lanes[0].first, lanes[0].end)
        var (first, end) = (lowest, highest)
        for index in 1..<count {
            let lane = unsafe lanes[index &* apart]
            if unsafe lane.first < lowest { lowest = unsafe lane.first }
            if unsafe lane.first > first { first = unsafe lane.first }
            if unsafe lane.end > highest { highest = unsafe lane.end }
            if unsafe lane.end < end { end = unsafe lane.end }
        }
        unsafe slots = lowest & ~15..<(highest + 15) & ~15
        unsafe seen = lowest..<highest
        unsafe common = first < end ? first..<end : highest..<highest
    }

    subscript(index: Int) -> AttentionLane {
        @inline(__always) get { unsafe lanes[index &* apart] }
    }

    /// A lane of the tile.
    @inline(__always)
    func lane(_ index: Int) -> AttentionLane { unsafe self[index < count ? index : count &- 1] }
}

extension AttentionLane {
    /// A bit for every slot of the page; at least one is seen.
    @inline(__always)
    var visibleSlots: UInt64 { unsafe UInt64.max &<< first & UInt64.max &>> (64 &- end) }
}
