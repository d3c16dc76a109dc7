/// The function values by which ``KernelSet`` holds matrix products.
public struct MultiplyKernels: Sendable {
    public init() {}

    public static let portable = MultiplyKernels()
}
