package import Kernels
import Tensors

/// Keys and values of one sequence, in pages of 64 positions: page p holds positions 64p ..< 64p + 64 of all layers.
///
///     page    | layer 0 | layer 1 | … |
///     layer   | head 0 | head 1 | … |      each head laid out as an ``AttentionPageLayout``
///
/// All layers share a page, so that it is large enough for huge pages of the system (24 MiB for Phi-3-mini in f16),
/// and comes with one call to it; and the heads that a thread takes in turn are one stream of memory.
///
/// Pages come with growth and go with truncation. Where the model has a window, pages out of every later query's
/// sight are discarded, and their memory becomes the next page: an endless sequence allocates nothing any more.
@safe public final class CachePages: @unchecked Sendable {
    /// Positions of a page.
    public static let pageTokens = AttentionPageLayout.positions

    public let layerCount: Int
    package let shape: AttentionShape
    package let type: CacheType
    package let layout: AttentionPageLayout
    /// Indexed by page number; nil where discarded.
    private var pages: [HugePageBuffer?] = []
    /// Memory of pages that are gone, for the next to come.
    private var spares: [HugePageBuffer] = []
    /// Pages below this number are nil.
    private var firstPage = 0
    /// Bytes of a layer's part of a page.
    private let layerBytes: Int
    private let pageBytes: Int
    /// Pages that are kept when positions are cut off.
    private let keptPages: Int

    /// - Parameter keptBytes: memory of cut-off positions that is kept at most; a page in any case. What the system gives
    ///   anew it fills with zeros first, page fault by page fault: 3 % of the time of a prompt of Phi-3-mini, which 256 MiB
    ///   spare the first 650 tokens of the next one.
    /// - Precondition: there is a layer.
    public init(layerCount: Int = 1, shape: AttentionShape, type: CacheType, keptBytes: Int = 256 << 20) {
        precondition(layerCount > 0, "a cache without layers")
        self.layerCount = layerCount
        self.shape = shape
        self.type = type
        layout = shape.pageLayout(type)
        layerBytes = layout.headBytes * shape.keyValueHeadCount
        pageBytes = layerBytes * layerCount
        keptPages = max(1, keptBytes / max(pageBytes, 1))
    }

    /// Bytes that a layer of a cache of this many tokens takes, whole pages.
    public static func bytes(tokens: Int, shape: AttentionShape, type: CacheType) -> Int {
        (tokens + pageTokens - 1) / pageTokens * shape.pageLayout(type).headBytes * shape.keyValueHeadCount
    }

    /// Bytes held, spare pages included.
    public var byteCount: Int { (pages.count - firstPage + spares.count) * pageBytes }

    /// Makes room for positions below `tokens`, all but the discarded ones.
    ///
    /// - Returns: whether the system gave the memory; if not, nothing has changed.
    public func grow(toTokens tokens: Int) -> Bool {
        let needed = (tokens + Self.pageTokens - 1) / Self.pageTokens
        let missing = needed - pages.count
        guard missing > 0 else { return true }
        while spares.count < missing {
            guard let page = HugePageBuffer(byteCount: pageBytes) else {
                spares.removeAll()
                return false
            }
            spares.append(page)
        }
        for _ in 0..<missing { pages.append(spares.removeLast()) }
        return true
    }

    /// Forgets positions from `count` on. Some of their memory is kept for those to come, the rest is given back.
    public func truncate(to count: Int) {
        let needed = (max(count, 0) + Self.pageTokens - 1) / Self.pageTokens
        while pages.count > needed {
            if let page = pages.removeLast(), spares.count < keptPages { spares.append(page) }
        }
        if spares.count > keptPages { spares.removeLast(spares.count - keptPages) }
        firstPage = min(firstPage, pages.count)
    }

    /// Gives up positions below `position`, as far as they fill whole pages; they can't be attended to any more.
    public func discard(before position: Int) {
        let end = min(max(position, 0) / Self.pageTokens, pages.count)
        while firstPage < end {
            if let page = pages[firstPage] { spares.append(page) }
            pages[firstPage] = nil
            firstPage += 1
        }
    }

    /// The keys of a head, and after them its values; after these the next head's.
    ///
    /// - Precondition: the page has been grown to and not been discarded.
    @unsafe package func pointer(page: Int, layer: Int, head: Int) -> UnsafeMutableRawPointer {
        precondition(page >= 0 && page < pages.count && head >= 0 && head < shape.keyValueHeadCount)
        precondition(layer >= 0 && layer < layerCount, "layer \(layer) of a cache of \(layerCount)")
        guard let buffer = pages[page] else { preconditionFailure("page \(page) of the cache was discarded") }
        return unsafe buffer.base + (layer * layerBytes + head * layout.headBytes)
    }
}
