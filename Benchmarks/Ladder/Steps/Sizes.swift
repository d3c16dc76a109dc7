/// The extents of one product  y[t] = w · x[t],  w (rows, columns), x (tokens, columns), y (tokens, rows).
public struct Sizes: Sendable {
    public let rows: Int
    public let columns: Int
    public let tokens: Int

    /// - Precondition: whole groups of eight rows and whole blocks of 32 columns. What a real kernel must do about the
    ///   rest of a row or a group would hide what the steps are about.
    public init(rows: Int, columns: Int, tokens: Int) {
        precondition(rows % 8 == 0 && columns % 32 == 0 && rows > 0 && columns > 0 && tokens > 0)
        self.rows = rows
        self.columns = columns
        self.tokens = tokens
    }

    /// Blocks of 32 weights in a row.
    public var blocks: Int { columns / 32 }
    /// Groups of eight rows.
    public var groups: Int { rows / 8 }
    public var multiplyAdds: Int { rows * columns * tokens }
}
