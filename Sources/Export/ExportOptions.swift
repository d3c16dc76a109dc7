/// What a caller may choose about the weights of an export.
public struct ExportOptions: Sendable {
    public enum WeightFormat: String, CaseIterable, Sendable { case fp16, int8, int4 }

    /// Which weights of a row share a scale.
    public enum Groups: Sendable, Equatable {
        /// 128, or the largest of 64 and 32 that the rows of all matrices are whole groups of, or else rows.
        case fitting
        case columns(Int)
        case rows
    }

    /// Of the layers' matrices.
    public var format: WeightFormat
    /// Of four bits; those of eight share a scale in the whole row.
    public var groups = Groups.fitting
    /// Whether integers lie evenly around 0, with a scale and no zero point. nil: four bits do, eight do not, which is what
    /// OpenVINO's own tools make of models for a GPU or an NPU.
    public var isSymmetric: Bool?
    /// The share of the weights that get four bits, 0 to 1; the others, those that lose most by it, get eight.
    public var ratio = 1.0
    /// Whether the embedding and the head get four bits too, instead of eight.
    public var quantizesAllLayers = false
    /// Whether matrices in a block format may be quantised anew.
    public var allowsRequantizing = false

    public init(_ format: WeightFormat) { self.format = format }
}
