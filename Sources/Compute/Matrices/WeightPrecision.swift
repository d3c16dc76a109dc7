/// How the weights of a matrix are kept in memory.
public enum WeightPrecision: String, Sendable, CaseIterable {
    /// Dequantised to 32-bit floats; activations stay floats too. The slow truth.
    case exact
    /// As in the file: every value of every type keeps its meaning, only the order in memory changes.
    case native
    case f32
    case f16
    case bf16
    /// 8-bit integers with a scale for every group of columns (``WeightGroups``), quantised at load.
    case int8
    /// 4-bit integers, likewise.
    case int4

    /// Whether weights of any type become integers at load.
    public var isQuantized: Bool { self == .int8 || self == .int4 }
}
