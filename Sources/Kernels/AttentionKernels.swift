/// The function values by which ``KernelSet`` holds these operations.
public struct AttentionKernels: Sendable {
    public init() {}

    public static let portable = AttentionKernels()
}
