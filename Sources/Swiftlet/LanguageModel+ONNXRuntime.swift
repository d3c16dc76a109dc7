import Checkpoints
import Compute
import Foundation
import Inference
import ONNXRuntimeBridge
import Transformer

extension LanguageModel {
    /// Loads a folder for ONNX Runtime. The weights' memory is counted as their files, the cache as if of 32-bit floats.
    convenience init(_ path: String, _ options: LoadOptions, _ onnxRuntime: ONNXRuntimeOptions) throws {
        let checkpoint = try Checkpoint.open(path)
        let folder = try ModelFolder(checkpoint)
        let text = try TokenizerSource(checkpoint, vocabularySize: folder.configuration.vocabularySize)
        let memory = try MemoryPlan(
            weightBytes: folder.weightBytes, modelContextTokens: folder.contextTokens,
            requestedTokens: options.contextTokens, availableBytes: SystemMemory.availableBytes
        ) { folder.cacheBytes(tokens: $0) }
        let backend = try ONNXRuntimeBackend(
            folder: folder, contextTokens: memory.contextTokens, threads: options.threads, options: onnxRuntime)
        // The builder's folders have none; where there is one it may name further tokens that end an answer.
        let configuration = try? ModelConfiguration(checkpoint)
        self.init(
            name: URL(fileURLWithPath: path).lastPathComponent, configuration: configuration, text: text,
            endTokens: folder.configuration.endTokens, memory: memory, backend: backend, remarks: backend.remarks)
    }
}
