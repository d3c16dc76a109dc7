/// Multiplies and adds in registers alone: see ``peakFloat(_:rounds:)`` and ``peakInt8(_:rounds:)``.
public typealias PeakKernel = @Sendable (_ operands: UnsafeMutableRawPointer, _ rounds: Int) -> Int

/// Reads memory and does nothing else: see ``readMemory(_:byteCount:)``.
public typealias ReadMemoryKernel = @Sendable (_ source: UnsafeRawPointer, _ byteCount: Int) -> UInt64

/// The function values by which ``KernelSet`` holds what measures a machine: loops that reach its limits, so that other
/// kernels can be told how near they come. No forward pass calls them.
@safe public struct RoofKernels: Sendable {
    @unsafe public var peakFloat: PeakKernel
    @unsafe public var peakInt8: PeakKernel
    @unsafe public var readMemory: ReadMemoryKernel

    public init(
        peakFloat: @escaping PeakKernel, peakInt8: @escaping PeakKernel, readMemory: @escaping ReadMemoryKernel
    ) {
        unsafe self.peakFloat = peakFloat
        unsafe self.peakInt8 = peakInt8
        unsafe self.readMemory = readMemory
    }

    public static let portable = unsafe RoofKernels(
        peakFloat: { unsafe Kernels.peakFloat($0, rounds: $1) }, peakInt8: { unsafe Kernels.peakInt8($0, rounds: $1) },
        readMemory: { unsafe Kernels.readMemory($0, byteCount: $1) })
}
