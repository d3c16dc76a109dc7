public import Kernels

/// What a caller may choose.
public struct QuantizationOptions: Sendable {
    /// The types of the matrices.
    public var mixture: TypeMixture
    /// The share of the layers' weights that get ``mixture``, 0 to 1; the others, those that lose most by it, stay Q8_0.
    public var ratio = 1.0
    /// Whether the output head, or the embedding that is used as one, stays as it is.
    public var keepsOutput = false
    /// Whether matrices in a block format may be quantised anew.
    public var allowsRequantizing = false
    /// How scales are chosen.
    public var rule = ScaleRule.searched
    /// What errors in the columns of a matrix count.
    public var importance: ImportanceMatrix?

    public init(_ mixture: TypeMixture) { self.mixture = mixture }
}
