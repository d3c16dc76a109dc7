/// How a cache page lays out the keys and values of one key-value head.
///
/// A page holds 64 consecutive positions, the first a multiple of 64. Keys stand transposed, so that the scores of
/// neighbouring positions are lanes of a vector and every score is one chain of multiply-adds over the dimensions,
/// in the same order however many queries share the pass.
///
///     keys     (headSize, 64)        dimension d of the position in slot s at d · 64 + s
///     values   (64, valueStride)     dimension d of the position in slot s at s · valueStride + d
///
/// Elements are floats or binary16 numbers. The values' rows are padded to whole vectors; what the padding holds
/// never reaches a result.
public struct AttentionPageLayout: Sendable, Equatable {
    /// 64: eight vectors of eight scores, as many as there are chains needed to hide the latency of a fused
    /// multiply-add (4 cycles at two per cycle).
    public static let positions = 64

    public let headSize: Int
    public let elementBytes: Int

    public init(headSize: Int, elementBytes: Int) {
        self.headSize = headSize
        self.elementBytes = elementBytes
    }

    /// Elements from one position's values to the next one's: whole pairs of vectors.
    public var valueStride: Int { (headSize + 15) & ~15 }
    /// Bytes of the keys, after which the values stand: whole cache lines.
    public var keyBytes: Int { headSize * Self.positions * elementBytes }
    public var valueBytes: Int { valueStride * Self.positions * elementBytes }
    /// Bytes of one head.
    public var headBytes: Int { keyBytes + valueBytes }
}

/// What streaming softmax knows after some of the pages (Milakov & Gimelshein 2018, arXiv:1805.02867): the greatest
/// score m, and relative to it the weights' sum and the weighted sum of the values.
///
///     | m, 7 unused | 8 partial sums of weights | valueStride weighted sums |     floats
public enum AttentionState {
    public static let maximum = 0
    public static let sums = 8
    public static let accumulators = 16

    public static func floats(valueStride: Int) -> Int { accumulators + valueStride }
}

/// One query of one head on its way through the pages.
@unsafe public struct AttentionLane {
    /// headSize floats, rotated, unscaled.
    public var query: UnsafePointer<Float>
    /// See ``AttentionState``.
    public var state: UnsafeMutablePointer<Float>
    /// The slots of the page at hand that this query sees: not empty.
    public var first: Int
    public var end: Int

    public init(query: UnsafePointer<Float>, state: UnsafeMutablePointer<Float>, first: Int, end: Int) {
        unsafe self.query = query
        unsafe self.state = state
        unsafe self.first = first
        unsafe self.end = end
    }
}

/// One page of one key-value head, and the queries that go over it.
@unsafe public struct AttentionCall {
    public var keys: UnsafeRawPointer
    public var values: UnsafeRawPointer
    public var headSize: Int
    public var valueStride: Int
    /// Factor of every score.
    public var scale: Float
    public var lanes: UnsafePointer<AttentionLane>
    public var laneCount: Int
    /// Scratch memory of ``scoreFloats`` floats.
    public var scores: UnsafeMutablePointer<Float>

    /// A page of scores for each of four lanes.
    public static let scoreFloats = 4 * AttentionPageLayout.positions

    public init(
        keys: UnsafeRawPointer, values: UnsafeRawPointer, headSize: Int, valueStride: Int, scale: Float,
        lanes: UnsafePointer<AttentionLane>, laneCount: Int, scores: UnsafeMutablePointer<Float>
    ) {
        unsafe self.keys = keys
        unsafe self.values = values
        unsafe self.headSize = headSize
        unsafe self.valueStride = valueStride
        unsafe self.scale = scale
        unsafe self.lanes = lanes
        unsafe self.laneCount = laneCount
        unsafe self.scores = scores
    }
}
