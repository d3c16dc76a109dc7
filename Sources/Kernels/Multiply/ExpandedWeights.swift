/// Writes the integers of some groups of rows in the form in which a set multiplies them for many tokens.
///
/// - Parameters:
///   - call: its weights, groups, columns and scales; nothing else is read.
///   - destination: ``ExpandedWeights/bytes(_:groups:columns:)``.
public typealias ExpandKernel = @Sendable (_ call: TileCall, _ destination: UnsafeMutableRawPointer) -> Void

/// Products for prompts: some rows' nibbles are expanded once, in the second-level cache, to bytes that meet 8-bit activations, or
/// nibbles and bytes to words that meet 16-bit ones, and meet all tokens so. The form is the set's own; products have the same
/// bits as those of ``NibbleProducts`` and ``ByteProducts``.
@safe public struct ExpandedWeights: Sendable {
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
    public var expandNibble: ExpandKernel
    public var expandNibbleMin: ExpandKernel
    public var expandNibbleK: ExpandKernel
    /// The same for bytes; nil where they are multiplied as they are.
    public var expandByte: ExpandKernel?
    public var expandByteMin: ExpandKernel?
    public var expandByteK: ExpandKernel?
    /// Multiplies expanded rows with a panel of tokens.
    public var multiply: TileKernel
    /// The same for layouts with minimums.
    public var multiplyMin: TileKernel

    public init(
        activation: TileLayout.Activation, tokens: Int, takesFewer: Bool = false, groups: Int, blockBytes: Int,
        blockBytesMin: Int, expandNibble: @escaping ExpandKernel,
        expandNibbleMin: @escaping ExpandKernel, expandNibbleK: @escaping ExpandKernel,
        expandByte: ExpandKernel? = nil, expandByteMin: ExpandKernel? = nil, expandByteK: ExpandKernel? = nil,
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
        unsafe self.expandByte = expandByte
        unsafe self.expandByteMin = expandByteMin
        unsafe self.expandByteK = expandByteK
        unsafe self.multiply = multiply
        unsafe self.multiplyMin = multiplyMin
    }

    /// Bytes of an expanded group: from one to the next in the calls of what multiplies.
    public func groupBytes(_ layout: TileLayout, columns: Int) -> Int {
        columns / 32 * (layout.hasMinimum ? blockBytesMin : blockBytes)
    }

    /// Bytes of some groups, the last ones filled up to what is expanded together.
    public func bytes(_ layout: TileLayout, groups count: Int, columns: Int) -> Int {
        (count + groups - 1) / groups * groups * groupBytes(layout, columns: columns)
    }

    /// What expands a layout, nil for those that meet tokens as they are.
    public func expand(_ layout: TileLayout) -> ExpandKernel? {
        switch layout {
        case .nibble: unsafe expandNibble
        case .nibbleMin: unsafe expandNibbleMin
        case .nibbleK: unsafe expandNibbleK
        case .byte: unsafe expandByte
        case .byteMin: unsafe expandByteMin
        case .byteK: unsafe expandByteK
        default: nil
        }
    }

    /// What multiplies a layout once it is expanded.
    public func multiply(_ layout: TileLayout) -> TileKernel {
        unsafe layout.hasMinimum ? multiplyMin : multiply
    }
}
