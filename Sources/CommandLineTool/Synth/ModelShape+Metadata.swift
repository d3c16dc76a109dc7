import Checkpoints
import Foundation

extension ModelShape {
    /// What stands in the header besides the tokenizer, under the names that llama.cpp's converter gives it.
    func metadata(_ type: SynthType) -> [(key: String, value: GGUFValue)] {
        var values: [(key: String, value: GGUFValue)] = [
            ("general.architecture", GGUFValue(architecture.rawValue)), ("general.type", GGUFValue("model")),
            ("general.name", GGUFValue("\(name) with random weights")),
            ("general.description", GGUFValue("The shape of \(name) without its knowledge, to measure speed with.")),
            ("general.file_type", GGUFValue(type.fileType)), ("general.quantization_version", GGUFValue(UInt32(2))),
        ]
        func add(_ key: String, _ value: GGUFValue) { values.append(("\(architecture.rawValue).\(key)", value)) }
        add("vocab_size", Self.count(vocabularySize))
        add("context_length", Self.count(contextTokens))
        add("embedding_length", Self.count(hiddenSize))
        add("feed_forward_length", Self.count(intermediateSize))
        add("block_count", Self.count(layerCount))
        add("attention.head_count", Self.count(headCount))
        add("attention.head_count_kv", Self.count(keyValueHeadCount))
        add("attention.layer_norm_rms_epsilon", GGUFValue(Float(1e-5)))
        add("rope.dimension_count", Self.count(rotaryDimensions))
        add("rope.freq_base", GGUFValue(ropeTheta))
        guard architecture == .phi3 else { return values }
        add("rope.scaling.original_context_length", Self.count(originalContextTokens))
        add("attention.sliding_window", Self.count(slidingWindow ?? 0))
        if contextTokens > originalContextTokens {
            add("rope.scaling.attn_factor", GGUFValue(Float(attentionFactor)))
        }
        return values
    }

    /// LongRoPE's √(1 + ln(context / original) / ln(original)).
    private var attentionFactor: Double {
        let original = Double(originalContextTokens)
        return (1 + log(Double(contextTokens) / original) / log(original)).squareRoot()
    }

    private static func count(_ value: Int) -> GGUFValue { GGUFValue(UInt32(value)) }
}
