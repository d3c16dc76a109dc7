package import Kernels

/// How a key-value cache holds its numbers.
public enum CacheType: String, CaseIterable, Sendable {
    case f32
    case f16
    /// 8-bit integers with a binary16 scale for every 32 dimensions: 17/32 of the bytes of `f16`.
    case q8
}

/// What attention needs to know of a layer's heads.
///
/// Query head h reads key-value head h / (headCount / keyValueHeadCount). The key at position j is visible to the
/// query at position i iff j ≤ i and, where there is a window, i − j < window.
public struct AttentionShape: Sendable, Equatable {
    public let headCount: Int
    public let keyValueHeadCount: Int
    public let headSize: Int
    /// Factor of every score q · k.
    public let scale: Float
    public let window: Int?

    /// - Precondition: the counts are positive, every key-value head serves as many query heads as the others, and a
    ///   window holds at least the token itself.
    public init(headCount: Int, keyValueHeadCount: Int, headSize: Int, scale: Float, window: Int? = nil) {
        precondition(headCount > 0 && keyValueHeadCount > 0 && headSize > 0, "heads need an extent")
        precondition(headCount % keyValueHeadCount == 0, "\(headCount) heads over \(keyValueHeadCount) of keys")
        precondition(window.map { $0 > 0 } ?? true, "a window holds at least the token itself")
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headSize = headSize
        self.scale = scale
        self.window = window
    }

    /// Query heads that read the same keys and values.
    package var groupSize: Int { headCount / keyValueHeadCount }

    /// The first position that a query sees.
    package func firstVisible(from position: Int) -> Int {
        guard let window else { return 0 }
        return max(0, position - window + 1)
    }

    package func pageLayout(_ type: CacheType) -> AttentionPageLayout {
        switch type {
        case .f32: AttentionPageLayout(headSize: headSize, elementBytes: 4)
        case .f16: AttentionPageLayout(headSize: headSize, elementBytes: 2)
        case .q8: AttentionPageLayout(quantizedHeadSize: headSize)
        }
    }
}
