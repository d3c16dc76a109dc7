import Kernels

/// What a caller may choose about an export to ONNX.
public struct ONNXOptions: Sendable {
    /// Of the matrices that activations are multiplied by; the embedding is dense in all of them.
    public enum Precision: String, CaseIterable, Sendable { case fp32, fp16, int8, int4 }

    /// The execution provider of ONNX Runtime that the graph is for; each knows other operators.
    public enum Target: String, CaseIterable, Sendable {
        case cpu, dml, cuda, webgpu

        /// Precisions that the provider has operators for.
        public var precisions: [Precision] {
            switch self {
            case .cpu: [.fp32, .fp16, .int8, .int4]
            // Its MatMulNBits takes four bits alone, its attention f16.
            case .dml: [.fp16, .int4]
            case .cuda, .webgpu: [.fp16, .int8, .int4]
            }
        }
    }

    public var precision: Precision
    public var target: Target
    /// Weights to a scale; nil for 32, or for what the blocks of a quantised source have.
    public var blockColumns: Int?
    /// What activations are rounded to in products with integers, at most: 1 for f32, 2 for f16, 3 for bf16, 4 for int8; 0
    /// leaves it to the provider. nil: 4 for the CPU and WebGPU, 0 elsewhere, which is what ONNX Runtime GenAI's builder does.
    public var accuracyLevel: Int?
    /// Whether matrices in a block format may be quantised anew.
    public var allowsRequantizing = false

    public init(_ precision: Precision, for target: Target) {
        self.precision = precision
        self.target = target
    }

    /// Weights to a scale that MatMulNBits takes.
    public static let blockSizes = NBitBlocks.blockColumns

    /// Whether activations, caches and what is dense are f16, f32 otherwise.
    var isHalf: Bool { precision == .fp16 || target != .cpu }

    var givenAccuracyLevel: Int { accuracyLevel ?? (target == .cpu || target == .webgpu ? 4 : 0) }
}
