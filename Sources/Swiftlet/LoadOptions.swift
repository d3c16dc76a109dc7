public import Compute
public import ONNXRuntimeBridge
public import OpenVINOBridge

/// What computes a model.
public enum ComputeBackend: Sendable, Equatable {
    /// Swiftlet's own kernels, on this machine's CPU.
    case native
    /// OpenVINO, on one of its devices. The model is a folder that `swiftlet export openvino` or optimum-cli wrote; of
    /// ``LoadOptions`` only the context and the threads apply.
    case openVINO(OpenVINOOptions)
    /// ONNX Runtime, by one of its execution providers. The model is a folder that `swiftlet export onnx` or ONNX Runtime GenAI's builder
    /// wrote; of ``LoadOptions`` only the context and the threads apply.
    case onnxRuntime(ONNXRuntimeOptions)
}

/// Prompts on a device of OpenVINO's, for a model that answers natively.
public struct PrefillOptions: Sendable, Equatable {
    /// The folder of the same model, exported for OpenVINO.
    public var exported: String
    public var openVINO: OpenVINOOptions

    public init(exported: String, openVINO: OpenVINOOptions) {
        self.exported = exported
        self.openVINO = openVINO
    }
}

/// How a model is brought into memory and what it runs on.
public struct LoadOptions: Sendable, Equatable {
    /// Threads to compute with; nil takes the physical cores that this process may use.
    public var threads: Int?
    /// The most tokens of a conversation; 0 takes what the model was made for, as far as the memory goes.
    public var contextTokens: Int
    /// How keys and values are kept: `f16` takes half the memory of `f32`, `q8` half of that; nil for what the model's size
    /// suggests.
    public var cacheType: CacheType?
    /// How weights are kept: as in the file, dequantised, or quantised at load.
    public var precision: WeightPrecision
    /// Which weights share a scale, where they are quantised at load.
    public var weightGroups: WeightGroups
    /// Bits of an activation where it meets integer weights: 8 for speed or 16 for precision, nothing else; nil for what
    /// the model's width suggests. Weights in F16 and BF16 stay floats for 16, and for 8 become integers of 15 bits, which
    /// read prompts twice as fast.
    public var activationBits: Int?
    /// Kernels to use; nil takes what `SWIFTLET_ISA` says, else the widest set of this machine.
    public var instructionSet: InstructionSet?
    public var backend: ComputeBackend
    /// With the native backend: who reads prompts in its place.
    public var prefill: PrefillOptions?

    public init(
        threads: Int? = nil, contextTokens: Int = 0, cacheType: CacheType? = nil, precision: WeightPrecision = .native,
        weightGroups: WeightGroups = .standard, activationBits: Int? = nil, instructionSet: InstructionSet? = nil,
        backend: ComputeBackend = .native, prefill: PrefillOptions? = nil
    ) {
        self.threads = threads
        self.contextTokens = contextTokens
        self.cacheType = cacheType
        self.precision = precision
        self.weightGroups = weightGroups
        self.activationBits = activationBits
        self.instructionSet = instructionSet
        self.backend = backend
        self.prefill = prefill
    }
}

/// How far loading has come, in bytes of the model's file.
public struct LoadProgress: Sendable, Equatable {
    public let completedBytes: Int
    public let totalBytes: Int
    public var fraction: Double { totalBytes > 0 ? Double(completedBytes) / Double(totalBytes) : 1 }
}
