/// The products of the layouts of nibbles with one form of activations.
@safe public struct NibbleProducts: Sendable {
    public var nibble: TileKernel
    public var nibbleMin: TileKernel
    public var nibbleK: TileKernel

    public init(nibble: @escaping TileKernel, nibbleMin: @escaping TileKernel, nibbleK: @escaping TileKernel) {
        unsafe self.nibble = nibble
        unsafe self.nibbleMin = nibbleMin
        unsafe self.nibbleK = nibbleK
    }
}
