/// All kernels of one instruction set: a table of function values, filled by one module per set.
///
/// To add an instruction set, write a module with the same files as this one and give it such a table.
public struct KernelSet: Sendable {
    /// Matrix times vectors, and the quantisation of activations that goes with it.
    public var multiply: MultiplyKernels
    /// Element-wise and row-wise operations.
    public let vector: VectorKernels
    /// Scaled dot-product attention over cache pages.
    public var attention: AttentionKernels
    /// What encoders of stored types search for; the same bits in every set.
    public let quantize: QuantizeKernels
    /// What measures the machine, so that the others can be held against it.
    public let roofs: RoofKernels

    public init(
        multiply: MultiplyKernels, vector: VectorKernels, attention: AttentionKernels,
        quantize: QuantizeKernels = .portable, roofs: RoofKernels
    ) {
        self.multiply = multiply
        self.vector = vector
        self.attention = attention
        self.quantize = quantize
        self.roofs = roofs
    }

    /// The reference that all others are held against; runs wherever Swift runs.
    public static let portable = KernelSet(
        multiply: .portable, vector: .portable, attention: .portable, roofs: .portable)
}
