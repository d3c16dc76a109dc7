/// How the weights of a matrix are kept in memory.
public enum WeightPrecision: String, Sendable, CaseIterable {
    /// Dequantised to 32-bit floats; activations stay floats too. The slow truth.
    case exact
    /// As in the file: every value of every quantised type and of F32 keeps its meaning, only the order in memory changes.
    /// F16 and BF16 stay floats where activations shall have 16 bits; for 8 they become integers of 15 bits with a power of
    /// two as the scale of 64 columns, and meet such integers: an error a third of what rounding to F16 had cost.
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
