import Generation

/// The settings that `/set` changes, under the names of the command-line flags.
enum ChatSetting: String, CaseIterable {
    case temperature = "temp"
    case topK = "top-k"
    case topP = "top-p"
    case minP = "min-p"
    case repeatPenalty = "repeat-penalty"
    case presencePenalty = "presence-penalty"
    case frequencyPenalty = "frequency-penalty"
    case seed
    case maxTokens = "max-tokens"

    /// Finds a setting by its name or another that fingers know.
    init?(name: String) {
        switch name {
        case "temperature": self = .temperature
        default: self.init(rawValue: name.replacing("_", with: "-"))
        }
    }

    /// The options with this setting changed and proven to be in range.
    ///
    /// `max-tokens 0` takes the bound away, and `seed random` the seed.
    func apply(_ value: String, to options: GenerationOptions) throws(ChatSettingError) -> GenerationOptions {
        var changed = options
        switch self {
        case .temperature: changed.temperature = try number(value)
        case .topK: changed.topK = try integer(value)
        case .topP: changed.topP = try number(value)
        case .minP: changed.minP = try number(value)
        case .repeatPenalty: changed.repetitionPenalty = try number(value)
        case .presencePenalty: changed.presencePenalty = try number(value)
        case .frequencyPenalty: changed.frequencyPenalty = try number(value)
        case .seed:
            guard let seed = UInt64(value) else {
                guard value == "random" else { throw ChatSettingError(name: rawValue, value: value) }
                changed.seed = nil
                break
            }
            changed.seed = seed
        case .maxTokens:
            let count = try integer(value)
            changed.maxTokens = count == 0 ? nil : count
        }
        do { try changed.validate() } catch { throw ChatSettingError(name: rawValue, value: value, reason: "\(error)") }
        return changed
    }

    func text(in options: GenerationOptions) -> String {
        switch self {
        case .temperature: "\(options.temperature)"
        case .topK: "\(options.topK)"
        case .topP: "\(options.topP)"
        case .minP: "\(options.minP)"
        case .repeatPenalty: "\(options.repetitionPenalty)"
        case .presencePenalty: "\(options.presencePenalty)"
        case .frequencyPenalty: "\(options.frequencyPenalty)"
        case .seed: options.seed.map { "\($0)" } ?? "random"
        case .maxTokens: options.maxTokens.map { "\($0)" } ?? "no bound"
        }
    }

    private func number(_ text: String) throws(ChatSettingError) -> Double {
        guard let value = Double(text) else { throw ChatSettingError(name: rawValue, value: text) }
        return value
    }

    private func integer(_ text: String) throws(ChatSettingError) -> Int {
        guard let value = Int(text) else { throw ChatSettingError(name: rawValue, value: text) }
        return value
    }
}

/// Why a setting stays as it was.
struct ChatSettingError: Error, CustomStringConvertible {
    let name: String
    let value: String
    var reason: String?

    var description: String { "/set \(name) \(value): \(reason ?? "not a value for it")" }
}
