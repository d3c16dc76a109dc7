/// Which weights of a row share a scale where weights are quantised at load.
public struct WeightGroups: Sendable, Hashable {
    /// Columns of a group, a multiple of 32; nil for whole rows. The last group of a row may be shorter.
    public let columns: Int?
    /// Whether a group of 4-bit integers has a minimum beside its scale; those of 8 bits have none.
    public let hasMinimum: Bool

    /// - Precondition: columns a positive multiple of 32, or nil.
    public init(columns: Int?, hasMinimum: Bool = false) {
        precondition(columns.map { $0 > 0 && $0 % 32 == 0 } ?? true, "groups are of whole blocks of 32 columns")
        self.columns = columns
        self.hasMinimum = hasMinimum
    }

    /// 32 columns and no minimum.
    public static let standard = WeightGroups(columns: 32)

    /// Blocks of 32 columns that share a scale in rows of so many.
    func blocksPerScale(columns total: Int) -> Int { max(1, (columns ?? total) / 32) }

    /// Bits that the scale and the minimum add to each weight of a row that is long beside its groups.
    public var overheadBits: Double { Double(hasMinimum ? 32 : 16) / Double(columns ?? 4096) }
}
