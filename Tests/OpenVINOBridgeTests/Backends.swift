import Checkpoints
import Inference
import OpenVINOBridge
import TestSupport
import Transformer

extension OpenVINOBackend {
    /// Opens an exported folder, keeping no compiled model unless a folder is named.
    convenience init(
        _ path: String, library: String?, device: String = "CPU", settings: [OpenVINOSetting] = [],
        maxPrompt: Int? = nil, minResponse: Int? = nil, contextTokens: Int? = nil
    ) throws {
        let checkpoint = try Checkpoint.open(path)
        let configuration = try ModelConfiguration(checkpoint)
        let keeps = settings.contains { $0.name == "CACHE_DIR" }
        try self.init(
            checkpoint: checkpoint, configuration: configuration,
            contextTokens: contextTokens ?? configuration.contextTokens, threads: nil,
            options: OpenVINOOptions(
                library: library, device: device,
                settings: settings + (keeps ? [] : [OpenVINOSetting("CACHE_DIR", "")]),
                maxPrompt: maxPrompt, minResponse: minResponse))
    }

    /// The logits of all tokens of a new sequence.
    func logits(_ ids: [Int]) throws -> [Float] { try allLogits(ids) }
}
