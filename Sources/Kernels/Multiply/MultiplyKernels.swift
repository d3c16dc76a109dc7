/// Multiplies groups of rows, in the layout the kernel is for, with the activations of a few tokens.
public typealias TileKernel = @Sendable (_ call: TileCall) -> Void

/// Quantises a row of activations to 8-bit blocks and, where asked for, what that leaves over once more. The stride is
/// that of a row's blocks in their panel.
public typealias QuantizeInt8Kernel =
    @Sendable (
        _ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutableRawPointer,
        _ residual: UnsafeMutableRawPointer?, _ blockStride: Int
    ) -> Void

/// Quantises a row of activations to 16-bit blocks.
public typealias QuantizeInt16Kernel =
    @Sendable (
        _ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutableRawPointer, _ blockStride: Int
    ) -> Void

/// The function values by which ``KernelSet`` holds matrix products: one for each ``TileLayout`` and form of activations.
@safe public struct MultiplyKernels: Sendable {
    /// The most tokens of a call of a kernel that reads 8-bit, 16-bit or float activations.
    public var int8Tokens: Int
    public var int16Tokens: Int
    public var floatTokens: Int
    public var quantizeInt8: QuantizeInt8Kernel
    public var quantizeInt16: QuantizeInt16Kernel
    public var nibble: TileKernel
    public var nibbleMin: TileKernel
    public var nibbleK: TileKernel
    public var byteInt16: ByteProducts
    public var byteInt8: ByteProducts
    /// Whether bytes are multiplied with 8-bit activations faster than with 16-bit ones.
    public var isFasterWithInt8: Bool
    public var f32: TileKernel
    public var f16: TileKernel
    public var bf16: TileKernel

    public init(
        int8Tokens: Int, int16Tokens: Int, floatTokens: Int,
        quantizeInt8: @escaping QuantizeInt8Kernel, quantizeInt16: @escaping QuantizeInt16Kernel,
        nibble: @escaping TileKernel, nibbleMin: @escaping TileKernel, nibbleK: @escaping TileKernel,
        byteInt16: ByteProducts, byteInt8: ByteProducts, isFasterWithInt8: Bool,
        f32: @escaping TileKernel, f16: @escaping TileKernel, bf16: @escaping TileKernel
    ) {
        self.int8Tokens = int8Tokens
        self.int16Tokens = int16Tokens
        self.floatTokens = floatTokens
        unsafe self.quantizeInt8 = quantizeInt8
        unsafe self.quantizeInt16 = quantizeInt16
        unsafe self.nibble = nibble
        unsafe self.nibbleMin = nibbleMin
        unsafe self.nibbleK = nibbleK
        self.byteInt16 = byteInt16
        self.byteInt8 = byteInt8
        self.isFasterWithInt8 = isFasterWithInt8
        unsafe self.f32 = f32
        unsafe self.f16 = f16
        unsafe self.bf16 = bf16
    }

    /// The most tokens of a call.
    public func tokensPerCall(_ activation: TileLayout.Activation) -> Int {
        switch activation {
        case .int8: int8Tokens
        case .int16: int16Tokens
        case .f32: floatTokens
        }
    }

    /// What a layout is multiplied with: an activation as one 8-bit integer or, with two terms, with what that leaves
    /// over. Bytes take 16 bits in place of the second term, and also for one where that costs nothing.
    public func activation(for layout: TileLayout, terms: Int) -> TileLayout.Activation {
        let forms = layout.activations
        return forms.contains(.int16) && (terms == 2 || !isFasterWithInt8) ? .int16 : forms[0]
    }

    /// The kernel for a layout and a form of activations that it has (``TileLayout/activations``).
    public func kernel(for layout: TileLayout, _ activation: TileLayout.Activation) -> TileKernel {
        let bytes = activation == .int8 ? byteInt8 : byteInt16
        return switch layout {
        case .nibble: unsafe nibble
        case .nibbleMin: unsafe nibbleMin
        case .nibbleK: unsafe nibbleK
        case .byte: unsafe bytes.byte
        case .byteMin: unsafe bytes.byteMin
        case .byteK: unsafe bytes.byteK
        case .byteK16: unsafe bytes.byteK16
        case .byteK16Min: unsafe bytes.byteK16Min
        case .f32: unsafe f32
        case .f16: unsafe f16
        case .bf16: unsafe bf16
        }
    }

    public static let portable = unsafe MultiplyKernels(
        int8Tokens: 4, int16Tokens: 4, floatTokens: 4,
        quantizeInt8: { unsafe quantizeActivationsInt8($0, count: $1, into: $2, residual: $3, blockStride: $4) },
        quantizeInt16: { unsafe quantizeActivationsInt16($0, count: $1, into: $2, blockStride: $3) },
        nibble: { unsafe multiplyNibbleTile($0) },
        nibbleMin: { unsafe multiplyNibbleMinTile($0) },
        nibbleK: { unsafe multiplyNibbleKTile($0) },
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
        f32: { unsafe multiplyF32Tile($0) },
        f16: { unsafe multiplyF16Tile($0) },
        bf16: { unsafe multiplyBF16Tile($0) })
}
