/// Multiplies 32-bit float weights with float activations.
///
///     y[t][r] = Σ over panels of 256 columns   Σ over columns   w[r][c] · x[t][c]
///
/// - Shapes: weights (8·groups, columns), activations (tokens, columns), output (tokens, 8·groups).
/// - Layout: ``TileLayout/f32``.
///
///       group g:  │ c0: r0 r1 … r7 │ c1: r0 r1 … r7 │ …     one column of eight rows after the other
///
/// - Preconditions: any number of columns.
/// - Error: within 4·√columns·ε of fp64, relative to Σ|terms|. The order of every sum is fixed: one chain from the
///   first to the last column of a panel, then the panels' sums in order, as blocked matrix libraries do it too.
/// - Threads: by groups.
@unsafe func multiplyF32Tile(_ call: TileCall) {
    unsafe multiplyDense(call, weightBytes: 4) { unsafe $0.loadUnaligned(as: SIMD8<Float>.self) }
}

/// As ``multiplyF32Tile(_:)`` for weights kept in IEEE binary16, widened on the way.
@unsafe func multiplyF16Tile(_ call: TileCall) {
    unsafe multiplyDense(call, weightBytes: 2) { Half.floats(unsafe $0.loadUnaligned(as: SIMD8<UInt16>.self)) }
}

/// As ``multiplyF32Tile(_:)`` for weights kept in bfloat16, widened on the way.
@unsafe func multiplyBF16Tile(_ call: TileCall) {
    unsafe multiplyDense(call, weightBytes: 2) { BFloat16.floats(unsafe $0.loadUnaligned(as: SIMD8<UInt16>.self)) }
}

/// Columns whose products form one chain of additions. Also the depth that OpenBLAS is called with.
@inlinable @inline(__always)
public var densePanelColumns: Int { 256 }

@unsafe @inline(__always)
private func multiplyDense(
    _ call: TileCall, weightBytes: Int, _ load: (UnsafeRawPointer) -> SIMD8<Float>
) {
    for group in unsafe 0..<call.groups {
        let weights = unsafe call.weights + group * call.groupBytes
        for token in unsafe 0..<call.tokens {
            let x = unsafe (call.activations + token * call.activationStride).assumingMemoryBound(to: Float.self)
            var products = SIMD8<Float>.zero
            var start = 0
            while unsafe start < call.columns {
                let end = unsafe min(start + densePanelColumns, call.columns)
                var panel = SIMD8<Float>.zero
                for column in start..<end {
                    panel += unsafe load(weights + column * 8 * weightBytes) * x[column]
                }
                products += panel
                start = end
            }
            unsafe storeTile(
                products, to: call.output + token * call.outputStride + 8 * group, rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}
