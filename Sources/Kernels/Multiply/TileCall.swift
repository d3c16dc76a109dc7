/// What one call of a tile kernel reads and writes: some groups of rows times a few tokens.
///
///     weights      groups × groupBytes          one group after the other, in a ``TileLayout``
///     activations  a panel of `tokens` rows     (see ``ActivationBlock``), or rows of floats for the dense layouts
///     output       tokens × outputStride        element [t][8·g + r] is row r of group g for token t
@unsafe public struct TileCall {
    public var weights: UnsafeRawPointer
    public var groups: Int
    /// Bytes from one group to the next.
    public var groupBytes: Int
    /// Weights of a row: whole blocks for the quantised layouts, any number for the dense ones.
    public var columns: Int
    /// Blocks of 32 columns that share a header, for the layouts whose header is of plain scales (and minimums).
    public var blocksPerScale: Int
    public var activations: UnsafeRawPointer
    /// Bytes from one token's floats to the next one's, for the dense layouts.
    public var activationStride: Int
    /// From 1 to ``MultiplyKernels/tokensPerCall(_:)``.
    public var tokens: Int
    public var output: UnsafeMutablePointer<Float>
    /// Floats from one token's outputs to the next one's.
    public var outputStride: Int
    /// Rows that exist, no more than `8 * groups`: what follows in the last group is padding and is not written.
    public var rows: Int
    /// Whether the products are added to what the output holds, in one rounding, instead of replacing it.
    public var accumulates: Bool
    /// Runs of groups that a call of one token may read side by side, each a part of the weights: ``MultiplyKernels/streams``.
    public var streams: Int

    public init(
        weights: UnsafeRawPointer, groups: Int, groupBytes: Int, columns: Int, blocksPerScale: Int = 1,
        activations: UnsafeRawPointer, activationStride: Int, tokens: Int, output: UnsafeMutablePointer<Float>,
        outputStride: Int, rows: Int, accumulates: Bool, streams: Int = 1
    ) {
        unsafe self.weights = weights
        unsafe self.groups = groups
        unsafe self.groupBytes = groupBytes
        unsafe self.columns = columns
        unsafe self.blocksPerScale = blocksPerScale
        unsafe self.activations = activations
        unsafe self.activationStride = activationStride
        unsafe self.tokens = tokens
        unsafe self.output = output
        unsafe self.outputStride = outputStride
        unsafe self.rows = rows
        unsafe self.accumulates = accumulates
        unsafe self.streams = streams
    }
}
