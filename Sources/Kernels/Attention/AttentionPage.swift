/// How a cache page lays out the keys and values of one key-value head.
///
/// A page holds 64 consecutive positions, the first a multiple of 64. Keys stand transposed, so that the scores of
/// neighbouring positions are lanes of a vector and every score is one chain of multiply-adds over the dimensions,
/// in the same order however many queries share the pass.
///
///     keys     (headSize, 64)        dimension d of the position in slot s at d · 64 + s
///     values   (64, valueStride)     dimension d of the position in slot s at s · valueStride + d
///
/// Elements are floats or binary16 numbers; ``QuantizedPage`` draws the page of 8-bit integers. The values' rows are
/// padded to whole vectors; what the padding holds never reaches a result.
public struct AttentionPageLayout: Sendable, Equatable {
    /// 64: eight vectors of eight scores, as many as there are chains needed to hide the latency of a fused
    /// multiply-add (4 cycles at two per cycle).
    @inlinable public static var positions: Int { 64 }

    public let headSize: Int
    /// Bytes of the keys, after which the values stand: whole cache lines.
    public let keyBytes: Int
    public let valueBytes: Int

    /// A page of floats (4 bytes) or binary16 numbers (2).
    public init(headSize: Int, elementBytes: Int) {
        self.headSize = headSize
        keyBytes = headSize * Self.positions * elementBytes
        valueBytes = Self.valueStride(headSize) * Self.positions * elementBytes
    }

    /// A page of 8-bit integers with their scales.
    public init(quantizedHeadSize headSize: Int) {
        self.headSize = headSize
        keyBytes = QuantizedPage.keyBytes(headSize: headSize)
        valueBytes = QuantizedPage.valueBytes(valueStride: Self.valueStride(headSize))
    }

    /// Elements from one position's values to the next one's: whole pairs of vectors.
    public var valueStride: Int { Self.valueStride(headSize) }
    /// Bytes of one head.
    public var headBytes: Int { keyBytes + valueBytes }

    private static func valueStride(_ headSize: Int) -> Int { (headSize + 15) & ~15 }
}

/// What streaming softmax knows after some of the pages (Milakov & Gimelshein 2018, arXiv:1805.02867): the greatest
/// score m, and relative to it the weights' sum and the weighted sum of the values.
///
///     | m, 7 unused | 8 partial sums of weights | valueStride weighted sums |     floats
public enum AttentionState {
    @inlinable public static var maximum: Int { 0 }
    @inlinable public static var sums: Int { 8 }
    @inlinable public static var accumulators: Int { 16 }

    public static func floats(valueStride: Int) -> Int { accumulators + valueStride }
}

/// One query of one head on its way through the pages.
@unsafe public struct AttentionLane {
    /// headSize floats, rotated, unscaled; for a page of integers, a ``QuantizedQuery``.
    public var query: UnsafeRawPointer
    /// See ``AttentionState``.
    public var state: UnsafeMutablePointer<Float>
    /// The slots of the page at hand that this query sees: not empty.
    public var first: Int
    public var end: Int

    public init(query: UnsafeRawPointer, state: UnsafeMutablePointer<Float>, first: Int, end: Int) {
        unsafe self.query = query
        unsafe self.state = state
        unsafe self.first = first
        unsafe self.end = end
    }
}

/// One page of some key-value heads, and the queries that go over it.
@unsafe public struct AttentionCall {
    /// Of the first head.
    public var keys: UnsafeRawPointer
    public var values: UnsafeRawPointer
    /// Those keys in the page that will be taken after this one: any address, for they are only asked for.
    public var nextKeys: UnsafeRawPointer
    public var headCount: Int
    /// Bytes from one head's keys or values to the next one's.
    public var headStride: Int
    public var headSize: Int
    public var valueStride: Int
    /// Factor of every score.
    public var scale: Float
    /// (headCount, laneCount). All heads have the same rows: the lanes of one see what those of another do.
    public var lanes: UnsafePointer<AttentionLane>
    public var laneCount: Int
    /// Heads that a kernel may read side by side, where each has one lane: ``AttentionKernels/streams``.
    public var streams: Int
    /// Scratch memory of ``scoreFloats`` floats.
    public var scores: UnsafeMutablePointer<Float>

    /// Lanes that a kernel takes over a page together, at most: as many as the widest set does.
    @inlinable public static var lanesPerPass: Int { 8 }

    /// A page of scores for each of them, and as many integers of 16 bits.
    public static let scoreFloats = (lanesPerPass + lanesPerPass / 2) * AttentionPageLayout.positions

    public init(
        keys: UnsafeRawPointer, values: UnsafeRawPointer, nextKeys: UnsafeRawPointer, headCount: Int, headStride: Int,
        headSize: Int, valueStride: Int, scale: Float, lanes: UnsafePointer<AttentionLane>, laneCount: Int,
        streams: Int, scores: UnsafeMutablePointer<Float>
    ) {
        unsafe self.keys = keys
        unsafe self.values = values
        unsafe self.nextKeys = nextKeys
        unsafe self.headCount = headCount
        unsafe self.headStride = headStride
        unsafe self.headSize = headSize
        unsafe self.valueStride = valueStride
        unsafe self.scale = scale
        unsafe self.lanes = lanes
        unsafe self.laneCount = laneCount
        unsafe self.streams = streams
        unsafe self.scores = scores
    }

    /// The part of one head.
    @inlinable @inline(__always)
    public func head(_ index: Int) -> AttentionCall {
        var part = unsafe self
        unsafe part.keys += index &* headStride
        unsafe part.values += index &* headStride
        unsafe part.headCount = 1
        unsafe part.lanes += index &* laneCount
        return unsafe part
    }

    /// Every lane, and the part of its head.
    @inline(__always)
    func forEachLane(_ body: (AttentionLane, AttentionCall) -> Void) {
        for head in unsafe 0..<headCount {
            let part = unsafe self.head(head)
            for index in unsafe 0..<laneCount { unsafe body(part.lanes[index], part) }
        }
    }
}
