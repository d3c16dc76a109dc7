import Checkpoints
import Compute
import Dispatch
import Foundation
import Inference
import OpenVINOBridge
import Transformer

extension LanguageModel {
    /// Loads a model from a GGUF file or a Hugging Face folder; for OpenVINO and ONNX Runtime, from a folder that was exported for it.
    ///
    /// - Parameter progress: called from another thread, as the weights are put into the layout of the kernels.
    /// - Throws: `InputError` for what is wrong with the files, ``LanguageModelError`` where memory or vocabulary do not
    ///   suffice, `ComputeError` for what the machine lacks, `OpenVINOError` or `ONNXRuntimeError` for what those do.
    public static func load(
        _ path: String, options: LoadOptions = LoadOptions(), progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws -> LanguageModel {
        // Reading gigabytes would keep a cooperative thread from everybody else.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(
                    with: Result {
                        switch options.backend {
                        case .native: try LanguageModel(path, options, progress)
                        case .openVINO(let openVINO): try LanguageModel(path, options, openVINO)
                        case .onnxRuntime(let onnxRuntime): try LanguageModel(path, options, onnxRuntime)
                        }
                    })
            }
        }
    }

    private convenience init(
        _ path: String, _ options: LoadOptions, _ progress: (@Sendable (LoadProgress) -> Void)?
    ) throws {
        let checkpoint = try Checkpoint.open(path)
        let configuration = try ModelConfiguration(checkpoint)
        let text = try TokenizerSource(checkpoint, for: configuration)
        let cacheType = options.cacheType ?? configuration.defaultCacheType
        let exportedBytes = try options.prefill.map {
            try OpenVINOBackend.weightBytes(of: Checkpoint.open($0.exported))
        }
        let memory = try MemoryPlan(
            weightBytes: WeightFootprint.bytes(
                of: checkpoint.tensors, precision: options.precision, groups: options.weightGroups)
                + (exportedBytes ?? 0),
            modelContextTokens: configuration.contextTokens, requestedTokens: options.contextTokens,
            availableBytes: SystemMemory.availableBytes
        ) { configuration.cacheBytes(tokens: $0, type: cacheType) }
        var backendOptions = TransformerBackend.Options()
        backendOptions.precision = options.precision
        backendOptions.weightGroups = options.weightGroups
        backendOptions.activationBits = options.activationBits
        backendOptions.cacheType = cacheType
        backendOptions.contextTokens = memory.contextTokens
        let backend = try TransformerBackend(
            checkpoint: checkpoint, configuration: configuration,
            compute: try Compute(threads: options.threads, instructionSet: options.instructionSet),
            options: backendOptions
        ) { loaded in
            progress?(LoadProgress(completedBytes: loaded.completedBytes, totalBytes: loaded.totalBytes))
        }
        self.init(
            name: URL(fileURLWithPath: path).lastPathComponent, configuration: configuration, text: text,
            memory: memory, backend: try Self.withPrefill(backend, options))
    }
}

extension TokenizerSource {
    /// The text side of a model, which must know no id that the model has no embedding for.
    init(_ checkpoint: Checkpoint, for configuration: ModelConfiguration) throws {
        try self.init(checkpoint, vocabularySize: configuration.vocabularySize)
    }

    init(_ checkpoint: Checkpoint, vocabularySize: Int) throws {
        try self.init(checkpoint: checkpoint)
        guard tokenizer.vocabularySize <= vocabularySize else {
            throw LanguageModelError.vocabularyMismatch(tokenizer: tokenizer.vocabularySize, model: vocabularySize)
        }
    }
}
