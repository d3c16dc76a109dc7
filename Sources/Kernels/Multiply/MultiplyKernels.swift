/// Multiplies groups of rows, in the layout the kernel is for, with the activations of a few tokens.
public typealias TileKernel = @Sendable (_ call: TileCall) -> Void

/// Quantises a row of activations to the blocks of one form. The stride is that of a row's blocks in their panel.
public typealias QuantizeActivationsKernel =
    @Sendable (
        _ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutableRawPointer, _ blockStride: Int
    ) -> Void

/// The function values by which ``KernelSet`` holds matrix products: one for each ``TileLayout`` and form of activations.
@safe public struct MultiplyKernels: Sendable {
    /// The most tokens of a call of a kernel that reads a form of activations.
    public var int8Tokens: Int
    public var int16Tokens: Int
    public var splitTokens: Int
    public var int15Tokens: Int
    public var floatTokens: Int
    /// Runs of groups that a call of one token reads side by side, where memory serves several streams faster than one; or 1.
    public var streams = 1
    public var quantizeInt8: QuantizeActivationsKernel
    public var quantizeInt16: QuantizeActivationsKernel
    public var quantizeSplit: QuantizeActivationsKernel
    public var quantizeInt15: QuantizeActivationsKernel
    public var nibbleInt8: NibbleProducts
    public var nibbleInt16: NibbleProducts
    /// Products of nibbles, or of bytes too, with 8-bit activations for many tokens; nil where the set has nothing faster for
    /// them than ``nibbleInt8`` and ``byteInt8``.
    public private(set) var expandedInt8: ExpandedWeights?
    /// The same for 16-bit activations, ``nibbleInt16`` and ``byteInt16``.
    public private(set) var expandedInt16: ExpandedWeights?
    public var byteInt16: ByteProducts
    public var byteInt8: ByteProducts
    /// Whether bytes are multiplied with 8-bit activations faster than with 16-bit ones.
    public var isFasterWithInt8: Bool
    public var word: TileKernel
    public var f32: TileKernel
    public var f16: TileKernel
    public var bf16: TileKernel

    public init(
        int8Tokens: Int, int16Tokens: Int, splitTokens: Int, int15Tokens: Int, floatTokens: Int,
        quantizeInt8: @escaping QuantizeActivationsKernel, quantizeInt16: @escaping QuantizeActivationsKernel,
        quantizeSplit: @escaping QuantizeActivationsKernel, quantizeInt15: @escaping QuantizeActivationsKernel,
        nibbleInt8: NibbleProducts, nibbleInt16: NibbleProducts,
        byteInt16: ByteProducts, byteInt8: ByteProducts, isFasterWithInt8: Bool,
        word: @escaping TileKernel, f32: @escaping TileKernel, f16: @escaping TileKernel, bf16: @escaping TileKernel
    ) {
        self.int8Tokens = int8Tokens
        self.int16Tokens = int16Tokens
        self.splitTokens = splitTokens
        self.int15Tokens = int15Tokens
        self.floatTokens = floatTokens
        unsafe self.quantizeInt8 = quantizeInt8
        unsafe self.quantizeInt16 = quantizeInt16
        unsafe self.quantizeSplit = quantizeSplit
        unsafe self.quantizeInt15 = quantizeInt15
        self.nibbleInt8 = nibbleInt8
        self.nibbleInt16 = nibbleInt16
        self.byteInt16 = byteInt16
        self.byteInt8 = byteInt8
        self.isFasterWithInt8 = isFasterWithInt8
        unsafe self.word = word
        unsafe self.f32 = f32
        unsafe self.f16 = f16
        unsafe self.bf16 = bf16
    }

    /// The most tokens of a call.
    public func tokensPerCall(_ activation: TileLayout.Activation) -> Int {
        switch activation {
        case .int8: int8Tokens
        case .int16: int16Tokens
        case .split: splitTokens
        case .words: expandedInt16?.tokens ?? int16Tokens
        case .int15: int15Tokens
        case .f32: floatTokens
        }
    }

    /// What multiplies integers with such activations of so many tokens: expanding them takes as long as the products of half
    /// a panel, and saves a fifth of each panel's and more.
    public func expansion(_ activation: TileLayout.Activation, tokens: Int) -> ExpandedWeights? {
        let expanded: ExpandedWeights? =
            switch activation {
            case .int8: expandedInt8
            case .split, .int16: expandedInt16
            default: nil
            }
        guard let expanded, tokens >= 3 * expanded.tokens else { return nil }
        return expanded
    }

    // The three below are here and not where they are called, not even as copies: the code of so large an optional would be
    // shared between the instruction sets.

    /// Has nibbles, or bytes too, expanded for 8-bit activations.
    @inline(never) public mutating func setExpandedInt8(_ expanded: ExpandedWeights) { expandedInt8 = expanded }

    /// Has nibbles and bytes expanded for 16-bit activations.
    @inline(never) public mutating func setExpandedInt16(_ expanded: ExpandedWeights) { expandedInt16 = expanded }

    /// Leaves nibbles and bytes as they are for 16-bit activations.
    @inline(never) public mutating func removeExpandedInt16() { expandedInt16 = nil }

    /// Quantises to a form of integers.
    public func quantize(to activation: TileLayout.Activation) -> QuantizeActivationsKernel {
        switch activation {
        case .int8: unsafe quantizeInt8
        case .int16, .words: unsafe quantizeInt16
        case .split: unsafe quantizeSplit
        case .int15: unsafe quantizeInt15
        case .f32: preconditionFailure("floats are read as they are")
        }
    }

    /// What a layout is multiplied with where activations shall have 8 bits, or 16. Bytes have 16 also for 8 where that
    /// costs nothing.
    public func activation(for layout: TileLayout, bits: Int) -> TileLayout.Activation {
        let forms = layout.activations
        return bits == 16 || forms.contains(.int16) && !isFasterWithInt8 ? forms[forms.count - 1] : forms[0]
    }

    /// The kernel for a layout and a form of activations that it has (``TileLayout/activations``).
    public func kernel(for layout: TileLayout, _ activation: TileLayout.Activation) -> TileKernel {
        let nibbles = activation == .int8 ? nibbleInt8 : nibbleInt16
        let bytes = activation == .int8 ? byteInt8 : byteInt16
        return switch layout {
        case .nibble: unsafe nibbles.nibble
        case .nibbleMin: unsafe nibbles.nibbleMin
        case .nibbleK: unsafe nibbles.nibbleK
        case .byte: unsafe bytes.byte
        case .byteMin: unsafe bytes.byteMin
        case .byteK: unsafe bytes.byteK
        case .byteK16: unsafe bytes.byteK16
        case .byteK16Min: unsafe bytes.byteK16Min
        case .word: unsafe word
        case .f32: unsafe f32
        case .f16: unsafe f16
        case .bf16: unsafe bf16
        }
    }

    public static let portable = unsafe MultiplyKernels(
        int8Tokens: 4, int16Tokens: 4, splitTokens: 4, int15Tokens: 4, floatTokens: 4,
        quantizeInt8: { unsafe quantizeActivationsInt8($0, count: $1, into: $2, blockStride: $3) },
        quantizeInt16: { unsafe quantizeActivationsInt16($0, count: $1, into: $2, blockStride: $3) },
        quantizeSplit: { unsafe quantizeActivationsSplit($0, count: $1, into: $2, blockStride: $3) },
        quantizeInt15: { unsafe quantizeActivationsInt15($0, count: $1, into: $2, blockStride: $3) },
        nibbleInt8: NibbleProducts(
            nibble: { unsafe multiplyNibbleTile($0) },
            nibbleMin: { unsafe multiplyNibbleMinTile($0) },
            nibbleK: { unsafe multiplyNibbleKTile($0) }),
        nibbleInt16: NibbleProducts(
            nibble: { unsafe multiplyNibbleInt16Tile($0) },
            nibbleMin: { unsafe multiplyNibbleMinInt16Tile($0) },
            nibbleK: { unsafe multiplyNibbleKInt16Tile($0) }),
        byteInt16: ByteProducts(
            byte: { unsafe multiplyByteTile($0) },
            byteMin: { unsafe multiplyByteMinTile($0) },
            byteK: { unsafe multiplyByteKTile($0) },
            byteK16: { unsafe multiplyByteK16Tile($0) },
            byteK16Min: { unsafe multiplyByteK16MinTile($0) }),
        byteInt8: ByteProducts(
            byte: { unsafe multiplyByteInt8Tile($0) },
            byteMin: { unsafe multiplyByteMinInt8Tile($0) },
            byteK: { unsafe multiplyByteKInt8Tile($0) },
            byteK16: { unsafe multiplyByteK16Int8Tile($0) },
            byteK16Min: { unsafe multiplyByteK16MinInt8Tile($0) }),
        isFasterWithInt8: false,
        word: { unsafe multiplyWordTile($0) },
        f32: { unsafe multiplyF32Tile($0) },
        f16: { unsafe multiplyF16Tile($0) },
        bf16: { unsafe multiplyBF16Tile($0) })
}
