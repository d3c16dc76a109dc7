/// Products for prompts: some rows' integers are expanded once, in the second-level cache, and meet all tokens so: nibbles as bytes
/// that meet 8-bit activations, or nibbles and bytes as words that meet 16-bit ones. The form is the set's own; products have
/// the same bits as those of ``NibbleProducts`` and ``ByteProducts``.
@safe public struct ExpandedWeights: Sendable {
    /// What they meet, and the tokens of a whole panel of it.
    public var activation: TileLayout.Activation
    public var tokens: Int
    /// Whether a panel may have fewer tokens.
    public var takesFewer: Bool
    /// Groups that go through a kernel together; the last ones may be fewer.
    public var groups: Int
    public var nibble: ExpandedLayout
    public var nibbleMin: ExpandedLayout
    public var nibbleK: ExpandedLayout
    /// The layouts of bytes; nil where they meet tokens as they are.
    public var byte: ExpandedLayout?
    public var byteMin: ExpandedLayout?
    public var byteK: ExpandedLayout?
    public var byteK16: ExpandedLayout?
    public var byteK16Min: ExpandedLayout?

    public init(
        activation: TileLayout.Activation, tokens: Int, takesFewer: Bool = false, groups: Int,
        nibble: ExpandedLayout, nibbleMin: ExpandedLayout, nibbleK: ExpandedLayout, byte: ExpandedLayout? = nil,
        byteMin: ExpandedLayout? = nil, byteK: ExpandedLayout? = nil, byteK16: ExpandedLayout? = nil,
        byteK16Min: ExpandedLayout? = nil
    ) {
        self.activation = activation
        self.tokens = tokens
        self.takesFewer = takesFewer
        self.groups = groups
        self.nibble = nibble
        self.nibbleMin = nibbleMin
        self.nibbleK = nibbleK
        self.byte = byte
        self.byteMin = byteMin
        self.byteK = byteK
        self.byteK16 = byteK16
        self.byteK16Min = byteK16Min
    }

    /// How a layout is expanded, nil for those that meet tokens as they are.
    public subscript(layout: TileLayout) -> ExpandedLayout? {
        switch layout {
        case .nibble: nibble
        case .nibbleMin: nibbleMin
        case .nibbleK: nibbleK
        case .byte: byte
        case .byteMin: byteMin
        case .byteK: byteK
        case .byteK16: byteK16
        case .byteK16Min: byteK16Min
        case .word, .f32, .f16, .bf16: nil
        }
    }

    /// Bytes of some groups of a layout, the last ones filled up to what is expanded together.
    public func bytes(_ layout: ExpandedLayout, groups count: Int, columns: Int) -> Int {
        (count + groups - 1) / groups * groups * layout.groupBytes(columns: columns)
    }
}
