/// Writes the nibbles of some groups of rows in the form in which a set multiplies them for many tokens.
///
/// - Parameters:
///   - call: its weights, groups, columns and scales; nothing else is read.
///   - destination: ``ExpandedNibbles/bytes(_:groups:columns:)``.
public typealias ExpandNibblesKernel = @Sendable (_ call: TileCall, _ destination: UnsafeMutableRawPointer) -> Void

/// Products of nibbles for prompts: some rows' nibbles are expanded once, in the second-level cache, to bytes that meet 8-bit
/// activations or to words that meet 16-bit ones, and meet all tokens so. The form is the set's own; products have the same bits as those of
/// ``NibbleProducts``.
@safe public struct ExpandedNibbles: Sendable {
    /// What they meet, and the tokens of a whole panel of it.
    public var activation: TileLayout.Activation
    public var tokens: Int
    /// Whether a panel may have fewer tokens.
    public var takesFewer: Bool
    /// Groups that are expanded together.
    public var groups: Int
    /// Bytes of a block of 32 columns of one group, and with minimums.
    public var blockBytes: Int
    public var blockBytesMin: Int
    public var expandNibble: ExpandNibblesKernel
    public var expandNibbleMin: ExpandNibblesKernel
    public var expandNibbleK: ExpandNibblesKernel
    /// Multiplies expanded rows with a panel of tokens.
    public var multiply: TileKernel
    /// The same for layouts with minimums.
    public var multiplyMin: TileKernel

    public init(
        activation: TileLayout.Activation, tokens: Int, takesFewer: Bool = false, groups: Int, blockBytes: Int,
        blockBytesMin: Int, expandNibble: @escaping ExpandNibblesKernel,
        expandNibbleMin: @escaping ExpandNibblesKernel, expandNibbleK: @escaping ExpandNibblesKernel,
        multiply: @escaping TileKernel, multiplyMin: @escaping TileKernel
    ) {
        self.activation = activation
        self.tokens = tokens
        self.takesFewer = takesFewer
        self.groups = groups
        self.blockBytes = blockBytes
        self.blockBytesMin = blockBytesMin
        unsafe self.expandNibble = expandNibble
        unsafe self.expandNibbleMin = expandNibbleMin
        unsafe self.expandNibbleK = expandNibbleK
        unsafe self.multiply = multiply
        unsafe self.multiplyMin = multiplyMin
    }

    /// Bytes of an expanded group: from one to the next in the calls of what multiplies.
    public func groupBytes(_ layout: TileLayout, columns: Int) -> Int {
        columns / 32 * (layout == .nibble ? blockBytes : blockBytesMin)
    }

    /// Bytes of some groups, the last ones filled up to what is expanded together.
    public func bytes(_ layout: TileLayout, groups count: Int, columns: Int) -> Int {
        (count + groups - 1) / groups * groups * groupBytes(layout, columns: columns)
    }

    /// What expands a layout, nil for those that have no nibbles.
    public func expand(_ layout: TileLayout) -> ExpandNibblesKernel? {
        switch layout {
        case .nibble: unsafe expandNibble
        case .nibbleMin: unsafe expandNibbleMin
        case .nibbleK: unsafe expandNibbleK
        default: nil
        }
    }

    /// What multiplies a layout once it is expanded.
    public func multiply(_ layout: TileLayout) -> TileKernel {
        unsafe layout == .nibble ? multiply : multiplyMin
    }
}
