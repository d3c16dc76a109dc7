/// Finds the scales of eight blocks side by side: see ``searchSymmetricScales(_:_:half:reach:steps:into:)``.
public typealias SymmetricScalesKernel =
    @Sendable (
        _ x: UnsafePointer<SIMD8<Float>>, _ h: UnsafePointer<SIMD8<Float>>?, _ half: Float, _ reach: Float,
        _ steps: Int, _ scales: UnsafeMutablePointer<SIMD8<Float>>
    ) -> Void

/// The function values by which ``KernelSet`` holds what the encoders spend their time with. A set may do it faster, never
/// otherwise: a file must not depend on the machine that wrote it.
@safe public struct QuantizeKernels: Sendable {
    @unsafe public var symmetricScales: SymmetricScalesKernel

    public init(symmetricScales: @escaping SymmetricScalesKernel) {
        unsafe self.symmetricScales = symmetricScales
    }

    public static let portable = unsafe QuantizeKernels(
        symmetricScales: searchSymmetricScales(_:_:half:reach:steps:into:))
}

/// The scales of the least squared error, as f16 holds them, of eight blocks of 32 weights: `x ≈ d·q`, q from −half to
/// half − 1.
///
///     least over d of   Σ h · (x − d · q(x / d))²        q to the nearest integer within its bounds
///
///     x[c]        lane b: column c of block b        c < 32
///     h[c]        its importance, above 0; nil for 1
///     scales[0]   lane b: d of block b
///
/// - Parameters:
///   - reach, steps: the extreme of a block is laid at so many places from −half, or half − 1, to as far beyond.
/// - Precondition: all weights are numbers up to 65504; at least 2 steps; pointers aligned to 32.
/// - Error: never above that of extreme / −half; the same bits from every set.
/// - Threads: none; callers split by rows.
public func searchSymmetricScales(
    _ x: UnsafePointer<SIMD8<Float>>, _ h: UnsafePointer<SIMD8<Float>>?, half: Float, reach: Float, steps: Int,
    into scales: UnsafeMutablePointer<SIMD8<Float>>
) {
    let search = SymmetricSearch(half: half, reach: reach, steps: steps)
    unsafe scales[0] = search.halfScales(BlockLanes(columns: 32, x: x, h: h))
}
