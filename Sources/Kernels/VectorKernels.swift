/// The function values by which ``KernelSet`` holds these operations.
public struct VectorKernels: Sendable {
    public init() {}

    public static let portable = VectorKernels()
}
