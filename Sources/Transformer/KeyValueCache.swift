internal import Compute

/// The keys and values of one sequence, in pages for all layers, that grow with use.
///
/// Where the model has a sliding window, pages that no later token can see are given back, so the cache of an
/// endless conversation stays bounded by the window. The price: after that, it cannot be truncated to a length whose
/// own window reaches into what was given back, and is emptied instead.
final class KeyValueCache: @unchecked Sendable {
    let pages: CachePages
    private(set) var count = 0
    private let shape: AttentionShape
    private let type: CacheType
    /// Keys at positions below this one may be gone.
    private var firstKept = 0

    init(layerCount: Int, shape: AttentionShape, type: CacheType) {
        self.shape = shape
        self.type = type
        pages = CachePages(layerCount: layerCount, shape: shape, type: type)
    }

    var byteCount: Int { pages.byteCount }

    /// Bytes that a cache of this many tokens takes beyond what it has.
    func missingBytes(forTokens tokens: Int) -> Int {
        max(0, Self.bytes(tokens: tokens, layerCount: pages.layerCount, shape: shape, type: type) - byteCount)
    }

    /// Bytes of a whole cache; a sliding window bounds them.
    static func bytes(tokens: Int, layerCount: Int, shape: AttentionShape, type: CacheType) -> Int {
        let held = min(tokens, (shape.window ?? tokens) + CachePages.pageTokens)
        return layerCount * CachePages.bytes(tokens: held, shape: shape, type: type)
    }

    /// Makes room for positions below `tokens`.
    ///
    /// - Returns: whether the system gave the memory.
    func grow(toTokens tokens: Int) -> Bool { pages.grow(toTokens: tokens) }

    /// Takes note that positions below `newCount` are now filled in every layer.
    func advance(to newCount: Int) {
        count = newCount
        guard let window = shape.window else { return }
        // The next token stands at `count` and sees positions above count − window.
        firstKept = max(firstKept, count - window + 1)
        pages.discard(before: firstKept)
    }

    func truncate(to newCount: Int) {
        guard newCount < count else { return }
        let needed = shape.window.map { max(0, newCount - $0 + 1) } ?? 0
        count = needed < firstKept ? 0 : newCount
        if count == 0 { firstKept = 0 }
        pages.truncate(to: count)
    }
}
