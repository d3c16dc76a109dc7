/// Multiplies groups of rows, in the layout the kernel is for, with the activations of one to four tokens.
public typealias TileKernel = @Sendable (_ call: TileCall) -> Void

/// Quantises a row of activations to 8-bit blocks and, where asked for, what that leaves over once more.
public typealias QuantizeInt8Kernel =
    @Sendable (
        _ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutableRawPointer,
        _ residual: UnsafeMutableRawPointer?
    ) -> Void

/// Quantises a row of activations to 16-bit blocks.
public typealias QuantizeInt16Kernel =
    @Sendable (_ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutableRawPointer) -> Void

/// The function values by which ``KernelSet`` holds matrix products: one for each ``TileLayout``.
@safe public struct MultiplyKernels: Sendable {
    public var quantizeInt8: QuantizeInt8Kernel
    public var quantizeInt16: QuantizeInt16Kernel
    public var nibble: TileKernel
    public var nibbleMin: TileKernel
    public var nibbleK: TileKernel
    public var byte: TileKernel
    public var byteMin: TileKernel
    public var byteK: TileKernel
    public var byteK16: TileKernel
    public var byteK16Min: TileKernel
    public var f32: TileKernel
    public var f16: TileKernel
    public var bf16: TileKernel

    public init(
        quantizeInt8: @escaping QuantizeInt8Kernel, quantizeInt16: @escaping QuantizeInt16Kernel,
        nibble: @escaping TileKernel, nibbleMin: @escaping TileKernel, nibbleK: @escaping TileKernel,
        byte: @escaping TileKernel, byteMin: @escaping TileKernel, byteK: @escaping TileKernel,
        byteK16: @escaping TileKernel, byteK16Min: @escaping TileKernel,
        f32: @escaping TileKernel, f16: @escaping TileKernel, bf16: @escaping TileKernel
    ) {
        unsafe self.quantizeInt8 = quantizeInt8
        unsafe self.quantizeInt16 = quantizeInt16
        unsafe self.nibble = nibble
        unsafe self.nibbleMin = nibbleMin
        unsafe self.nibbleK = nibbleK
        unsafe self.byte = byte
        unsafe self.byteMin = byteMin
        unsafe self.byteK = byteK
        unsafe self.byteK16 = byteK16
        unsafe self.byteK16Min = byteK16Min
        unsafe self.f32 = f32
        unsafe self.f16 = f16
        unsafe self.bf16 = bf16
    }

    /// The kernel for a layout.
    public func kernel(for layout: TileLayout) -> TileKernel {
        switch layout {
        case .nibble: unsafe nibble
        case .nibbleMin: unsafe nibbleMin
        case .nibbleK: unsafe nibbleK
        case .byte: unsafe byte
        case .byteMin: unsafe byteMin
        case .byteK: unsafe byteK
        case .byteK16: unsafe byteK16
        case .byteK16Min: unsafe byteK16Min
        case .f32: unsafe f32
        case .f16: unsafe f16
        case .bf16: unsafe bf16
        }
    }

    public static let portable = unsafe MultiplyKernels(
        quantizeInt8: { unsafe quantizeActivationsInt8($0, count: $1, into: $2, residual: $3) },
        quantizeInt16: { unsafe quantizeActivationsInt16($0, count: $1, into: $2) },
        nibble: { unsafe multiplyNibbleTile($0) },
        nibbleMin: { unsafe multiplyNibbleMinTile($0) },
        nibbleK: { unsafe multiplyNibbleKTile($0) },
        byte: { unsafe multiplyByteTile($0) },
        byteMin: { unsafe multiplyByteMinTile($0) },
        byteK: { unsafe multiplyByteKTile($0) },
        byteK16: { unsafe multiplyByteK16Tile($0) },
        byteK16Min: { unsafe multiplyByteK16MinTile($0) },
        f32: { unsafe multiplyF32Tile($0) },
        f16: { unsafe multiplyF16Tile($0) },
        bf16: { unsafe multiplyBF16Tile($0) })
}
