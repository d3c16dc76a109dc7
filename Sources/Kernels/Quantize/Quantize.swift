public import Tensors

/// How the scales of a block are chosen.
public enum ScaleRule: String, Sendable, CaseIterable {
    /// From the extremes of the block, as gguf-py's `quantize` does: the same bytes as it writes.
    case fixed
    /// The scales of the least squared error among many.
    case searched
}

extension ElementType {
    /// The types that ``quantizeRow(type:_:importance:rule:into:count:)`` writes.
    public static let writable: [ElementType] = [
        .f32, .f16, .bf16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q4_K, .q5_K, .q6_K,
    ]

    /// Whether the type has scales to search for. 8 bits are so fine that the extremes of a block decide.
    public var hasSearchedScales: Bool { !isDense && self != .q8_0 }

    /// Whether gguf-py has a rule for the type.
    public var hasFixedScales: Bool { !isDense && blockLength == 32 }

    /// The largest magnitude that a weight may have, so that its scale is a number: f16 in every block format.
    public var largestWeight: Float {
        switch self {
        case .f32: .greatestFiniteMagnitude
        // Half a step below what would round to infinity.
        case .bf16: 0x1.fep127
        case .q8_0: 127 * 65_504
        default: 65_504
        }
    }
}

/// Writes floats as a stored row: `count` elements, whole blocks; the inverse of ``dequantizeRow(type:_:into:count:)``.
///
/// With importance h, the searched rule looks for the least `Σ h[i] · (x[i] − y[i])²` in each block, y being what a reader
/// makes of the bytes; without, for the least `Σ (x[i] − y[i])²`. It is never above that of the fixed rule. With products,
/// the scales that it found stay, and the integers settle where an error of a column makes up for that of its neighbours.
///
///     source       count floats; any alignment
///     kernels      what the searches of some types call
///     destination  count / type.blockLength blocks of type.blockBytes, no gaps, any alignment
///
/// - Precondition: `count` is a multiple of `type.blockLength`; the type is one of ``ElementType/writable``; all magnitudes
///   are numbers up to ``ElementType/largestWeight``; nothing overlaps.
/// - Error: in the families' own comments.
/// - Threads: none; callers split by rows.
public func quantizeRow(
    type: ElementType, _ source: UnsafePointer<Float>, importance: ColumnImportance, rule: ScaleRule,
    kernels: QuantizeKernels = .portable, into destination: UnsafeMutableRawPointer, count: Int
) {
    switch (type, rule) {
    case (.f32, _): unsafe quantizeF32(source, into: destination, count: count)
    case (.f16, _): unsafe quantizeF16(source, into: destination, count: count)
    case (.bf16, _): unsafe quantizeBF16(source, into: destination, count: count)
    case (.q8_0, _): unsafe quantizeQ8_0(source, into: destination, count: count)
    case (.q4_0, .fixed): unsafe quantizeQ4_0(source, into: destination, count: count)
    case (.q4_1, .fixed): unsafe quantizeQ4_1(source, into: destination, count: count)
    case (.q5_0, .fixed): unsafe quantizeQ5_0(source, into: destination, count: count)
    case (.q5_1, .fixed): unsafe quantizeQ5_1(source, into: destination, count: count)
    case (.q4_0, .searched): unsafe searchQ4_0(source, importance, kernels, into: destination, count: count)
    case (.q4_1, .searched): unsafe searchQ4_1(source, importance, into: destination, count: count)
    case (.q5_0, .searched): unsafe searchQ5_0(source, importance, kernels, into: destination, count: count)
    case (.q5_1, .searched): unsafe searchQ5_1(source, importance, into: destination, count: count)
    // ggml's own way with these is a search, too: there is no rule to be equal to.
    case (.q4_K, _): unsafe searchQ4_K(source, importance, into: destination, count: count)
    case (.q5_K, _): unsafe searchQ5_K(source, importance, into: destination, count: count)
    case (.q6_K, _): unsafe searchQ6_K(source, importance, into: destination, count: count)
    case (.q2_K, _), (.q3_K, _), (.iq4_NL, _), (.iq4_XS, _): preconditionFailure("\(type) is read, not written")
    }
}
