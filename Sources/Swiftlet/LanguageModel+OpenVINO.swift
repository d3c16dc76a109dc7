import Checkpoints
import Compute
import Foundation
import Inference
import OpenVINOBridge
import Transformer

extension LanguageModel {
    /// The native backend, or the one that has its prompts read by a device.
    static func withPrefill(
        _ native: TransformerBackend, _ options: LoadOptions
    ) throws -> any InferenceBackend {
        guard let prefill = options.prefill else { return native }
        let checkpoint = try Checkpoint.open(prefill.exported)
        return try PrefillBackend(
            native: native, checkpoint: checkpoint, configuration: try ModelConfiguration(checkpoint),
            threads: options.threads, options: prefill.openVINO)
    }

    /// Loads an exported folder for OpenVINO. The weights' memory is counted as the file of constants, the cache as OpenVINO's
    /// halves would take it.
    convenience init(_ path: String, _ options: LoadOptions, _ openVINO: OpenVINOOptions) throws {
        let checkpoint = try Checkpoint.open(path)
        let configuration = try ModelConfiguration(checkpoint)
        let text = try TokenizerSource(checkpoint, for: configuration)
        let memory = try MemoryPlan(
            weightBytes: try OpenVINOBackend.weightBytes(of: checkpoint),
            modelContextTokens: configuration.contextTokens, requestedTokens: options.contextTokens,
            availableBytes: SystemMemory.availableBytes
        ) { configuration.cacheBytes(tokens: $0, type: .f16) }
        let backend = try OpenVINOBackend(
            checkpoint: checkpoint, configuration: configuration, contextTokens: memory.contextTokens,
            threads: options.threads, options: openVINO)
        self.init(
            name: URL(fileURLWithPath: path).lastPathComponent, configuration: configuration, text: text,
            memory: memory, backend: backend, remarks: backend.remarks)
    }
}
