internal import UntrustedInput

/// Where `config.json` speaks of rotary embedding: `rope_theta`, `partial_rotary_factor` and `rope_scaling` side by side,
/// or all of them inside `rope_parameters`.
struct RotaryFields {
    private let config: JSONFields
    /// `rope_parameters`, else `rope_scaling`.
    private let nested: JSONFields?
    private let nestedName: String

    init(_ config: JSONFields) throws(InputError) {
        self.config = config
        nestedName = config.value("rope_parameters") == nil ? "rope_scaling" : "rope_parameters"
        nested = try config.object(nestedName)
    }

    private var rules: ConfigurationRules { ConfigurationRules(file: config.file) }

    func scalingName(_ key: String) -> String { "\(nestedName).\(key)" }

    func theta() throws(InputError) -> Double {
        if let value = try nested?.number("rope_theta") { return try checkedTheta(value, scalingName("rope_theta")) }
        return try checkedTheta(try config.number("rope_theta") ?? 10_000, "rope_theta")
    }

    private func checkedTheta(_ value: Double, _ field: String) throws(InputError) -> Double {
        try rules.positive(value, upTo: ConfigurationRules.largestTheta, field: field)
    }

    var partialName: String {
        nested?.value("partial_rotary_factor") == nil ? "partial_rotary_factor" : scalingName("partial_rotary_factor")
    }

    /// The whole head, or the part of it that `partial_rotary_factor` says, rounded down.
    func dimensions(headSize: Int) throws(InputError) -> Int {
        let inside = try nested?.number("partial_rotary_factor")
        let beside = try config.number("partial_rotary_factor")
        let factor = try rules.positive(inside ?? beside ?? 1, upTo: 1, field: partialName)
        return Int(Double(headSize) * factor)
    }

    func scaling(
        contextTokens: Int, _ architecture: ModelConfiguration.Architecture
    ) throws(InputError) -> ModelConfiguration.LongRoPE? {
        guard let nested else { return nil }
        let typeKey = nested.value("rope_type") == nil ? "type" : "rope_type"
        let type = try nested.string(typeKey)
        // An empty object, or one with no more than theta, scales nothing.
        if type == "default" || type == nil && nested.value("short_factor") == nil && nested.value("factor") == nil {
            return nil
        }
        // Older names of the same scaling in the Phi-3 family's files.
        let supported = architecture == .phi3 ? ["default", "longrope", "su", "yarn"] : ["default", "longrope"]
        guard let type, supported.contains(type) else {
            throw .unsupported(
                file: config.file, field: nested.name(typeKey), found: "\"\(type?.prefix(64) ?? "")\"",
                supported: supported)
        }
        let originalKey = "original_max_position_embeddings"
        let inside = try nested.integer(originalKey, in: 2...Limits.contextTokens)
        let beside = try config.integer(originalKey, in: 2...Limits.contextTokens)
        let originalContextTokens = try config.required(inside ?? beside, originalKey)
        let formula = ConfigurationRules.attentionFactor(
            contextTokens: contextTokens, originalContextTokens: originalContextTokens)
        return ModelConfiguration.LongRoPE(
            shortFactors: try nested.required(try nested.floats("short_factor"), "short_factor"),
            longFactors: try nested.required(try nested.floats("long_factor"), "long_factor"),
            originalContextTokens: originalContextTokens,
            attentionFactor: try rules.positive(
                try nested.number("attention_factor") ?? formula,
                upTo: ConfigurationRules.largestAttentionFactor, field: nested.name("attention_factor")))
    }
}
