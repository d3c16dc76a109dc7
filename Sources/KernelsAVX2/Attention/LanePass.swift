import Kernels

/// Carries the numbers of a register tile into the function that is specialised for it: never a value, only a type.
/// So many lanes times so many vectors of eight slots or dimensions.
enum Tile<let lanes: Int, let vectors: Int> {}

/// Some lanes that go over a page, or over those of several heads, together, and the slots that they see.
@unsafe struct LanePass {
    private let lanes: UnsafePointer<AttentionLane>
    private let apart: Int
    /// What any of them sees, rounded to whole vectors.
    let slots: Range<Int>
    /// What all of them see; empty where they see nothing in common.
    let common: Range<Int>

    /// - Parameter apart: from one of them to the next in the list.
    @inline(__always)
    init(_ lanes: UnsafePointer<AttentionLane>, count: Int, apart: Int = 1) {
        unsafe self.lanes = unsafe lanes
        unsafe self.apart = apart
        var (lowest, highest) = unsafe (lanes[0].first, lanes[0].end)
        var (first, end) = (lowest, highest)
        for index in 1..<count {
            let lane = unsafe lanes[index &* apart]
            if unsafe lane.first < lowest { lowest = unsafe lane.first }
            if unsafe lane.first > first { first = unsafe lane.first }
            if unsafe lane.end > highest { highest = unsafe lane.end }
            if unsafe lane.end < end { end = unsafe lane.end }
        }
        let start = lowest & ~7
        unsafe slots = start..<start + ((highest - start + 7) & ~7)
        unsafe common = first..<(end > first ? end : first)
    }

    subscript(index: Int) -> AttentionLane {
        @inline(__always) get { unsafe lanes[index &* apart] }
    }
}
