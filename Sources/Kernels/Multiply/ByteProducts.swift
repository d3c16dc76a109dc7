/// The products of the layouts of bytes with one form of activations.
@safe public struct ByteProducts: Sendable {
    public var byte: TileKernel
    public var byteMin: TileKernel
    public var byteK: TileKernel
    public var byteK16: TileKernel
    public var byteK16Min: TileKernel

    public init(
        byte: @escaping TileKernel, byteMin: @escaping TileKernel, byteK: @escaping TileKernel,
        byteK16: @escaping TileKernel, byteK16Min: @escaping TileKernel
    ) {
        unsafe self.byte = byte
        unsafe self.byteMin = byteMin
        unsafe self.byteK = byteK
        unsafe self.byteK16 = byteK16
        unsafe self.byteK16Min = byteK16Min
    }
}
