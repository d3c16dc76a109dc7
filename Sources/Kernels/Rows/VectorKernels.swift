/// Normalises a row: see ``rmsNorm(into:from:weight:epsilon:count:)``.
public typealias RMSNormKernel =
    @Sendable (
        _ destination: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
        _ epsilon: Float, _ count: Int
    ) -> Void

/// Applies the gated activation to a row: see ``swiGLU(into:gate:up:count:)``.
public typealias SwiGLUKernel =
    @Sendable (
        _ destination: UnsafeMutablePointer<Float>, _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>,
        _ count: Int
    ) -> Void

/// Rotates one head in place: see ``rotate(_:cosines:sines:half:)``.
public typealias RotateKernel =
    @Sendable (
        _ head: UnsafeMutablePointer<Float>, _ cosines: UnsafePointer<Float>, _ sines: UnsafePointer<Float>,
        _ half: Int
    ) -> Void

/// Adds a row to another: see ``add(_:into:count:)``.
public typealias AddKernel =
    @Sendable (_ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, _ count: Int) -> Void

/// The function values by which ``KernelSet`` holds what works on one row at a time.
@safe public struct VectorKernels: Sendable {
    @unsafe public var rmsNorm: RMSNormKernel
    @unsafe public var swiGLU: SwiGLUKernel
    @unsafe public var rotate: RotateKernel
    @unsafe public var add: AddKernel

    public init(
        rmsNorm: @escaping RMSNormKernel, swiGLU: @escaping SwiGLUKernel, rotate: @escaping RotateKernel,
        add: @escaping AddKernel
    ) {
        unsafe self.rmsNorm = rmsNorm
        unsafe self.swiGLU = swiGLU
        unsafe self.rotate = rotate
        unsafe self.add = add
    }

    public static let portable = unsafe VectorKernels(
        rmsNorm: rmsNorm(into:from:weight:epsilon:count:), swiGLU: swiGLU(into:gate:up:count:),
        rotate: rotate(_:cosines:sines:half:), add: add(_:into:count:))
}
