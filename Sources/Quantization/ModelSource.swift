public import Checkpoints
import Tensors
import Transformer
public import UntrustedInput

/// A model to quantise: everything that a GGUF file of it will say, and the tensors that it will hold.
public struct ModelSource: Sendable {
    /// What errors name.
    public let path: String
    /// Without what tells how the matrices are stored.
    let metadata: [(key: String, value: GGUFValue)]
    let tensors: [SourceTensor]

    /// - Throws: the first thing that keeps Swiftlet from running the model: a model that cannot be run can't be
    ///   quantised either, so whatever is written can be read again.
    public init(_ checkpoint: Checkpoint) throws(InputError) {
        let configuration = try ModelConfiguration(checkpoint)
        let tensors = try ModelTensors.resolve(checkpoint, configuration)
        path = checkpoint.path
        switch checkpoint.format {
        case .gguf:
            metadata = try Self.copiedMetadata(checkpoint.metadata)
            self.tensors = Self.inFileOrder(checkpoint, .all(tensors, configuration, isInterleaving: false))
        case .huggingFace:
            metadata = try HuggingFaceMetadata(checkpoint, configuration).all()
            self.tensors = try Self.converted(checkpoint, configuration, tensors)
        }
    }

    // MARK: GGUF

    /// All keys but those about how the file is stored or cut.
    private static func copiedMetadata(_ metadata: Metadata) throws(InputError) -> [(key: String, value: GGUFValue)] {
        let left = ["general.file_type", "general.quantization_version", "general.alignment"]
        return metadata.keys.compactMap { key in
            guard !left.contains(key), !key.hasPrefix("split."), !key.hasPrefix("quantize.") else { return nil }
            return metadata.value(key).map { (key, $0) }
        }
    }

    /// The file's own order and all that it has besides, such as the factors of LongRoPE.
    private static func inFileOrder(_ checkpoint: Checkpoint, _ known: [SourceTensor]) -> [SourceTensor] {
        let byName = Dictionary(known.map { ($0.name, $0) }) { first, _ in first }
        return checkpoint.tensors.map { byName[$0.name] ?? SourceTensor(name: $0.name, content: .tensor($0)) }
    }

    // MARK: Hugging Face

    private static func converted(
        _ checkpoint: Checkpoint, _ configuration: ModelConfiguration, _ tensors: ModelTensors
    ) throws(InputError) -> [SourceTensor] {
        let isLlama = configuration.architecture == .llama
        if isLlama, tensors.layers.contains(where: { $0.queryKeyValue.count == 1 }) {
            throw .unsupported(
                file: checkpoint.path, field: "self_attn.qkv_proj.weight", found: "fused projections of a llama",
                supported: ["q_proj, k_proj and v_proj"])
        }
        if isLlama, configuration.rotaryDimensions != configuration.headSize {
            throw .unsupported(
                file: checkpoint.file(named: "config.json"), field: "partial_rotary_factor",
                found: "\(configuration.rotaryDimensions) of \(configuration.headSize) dimensions of a llama's heads",
                supported: ["the whole head"])
        }
        var all = [SourceTensor].all(tensors, configuration, isInterleaving: isLlama)
        if let scaling = configuration.ropeScaling {
            all.append(SourceTensor(name: "rope_factors_long.weight", content: .values(scaling.longFactors)))
            all.append(SourceTensor(name: "rope_factors_short.weight", content: .values(scaling.shortFactors)))
        }
        return all
    }
}

extension [SourceTensor] {
    fileprivate static func all(
        _ tensors: ModelTensors, _ configuration: ModelConfiguration, isInterleaving: Bool
    ) -> [SourceTensor] { SourceTensor.all(tensors, configuration, isInterleaving: isInterleaving) }
}
