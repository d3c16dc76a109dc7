/// New tokens of one sequence within a wave: their rows, the position of the first, and the cache that already holds
/// their keys and values.
public struct AttentionSlice: Sendable {
    public let rows: Range<Int>
    public let firstPosition: Int
    public let pages: CachePages

    public init(rows: Range<Int>, firstPosition: Int, pages: CachePages) {
        self.rows = rows
        self.firstPosition = firstPosition
        self.pages = pages
    }
}
