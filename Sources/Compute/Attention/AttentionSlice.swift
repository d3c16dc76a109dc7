/// New tokens of one sequence within a wave: their rows, the position of the first, and the layer of the cache that
/// already holds their keys and values.
public struct AttentionSlice: Sendable {
    public let rows: Range<Int>
    public let firstPosition: Int
    public let pages: CachePages
    public let layer: Int

    public init(rows: Range<Int>, firstPosition: Int, pages: CachePages, layer: Int = 0) {
        self.rows = rows
        self.firstPosition = firstPosition
        self.pages = pages
        self.layer = layer
    }
}
