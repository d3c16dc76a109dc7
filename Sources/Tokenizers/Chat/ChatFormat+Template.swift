public import UntrustedInput

extension ChatFormat {
    /// The chat template of a Hugging Face folder, as text.
    ///
    /// - Parameters:
    ///   - file: `chat_template.jinja`, which goes before the older place.
    ///   - configuration: `tokenizer_config.json`, whose `chat_template` is a string, or a list of `{"name", "template"}`
    ///     of which "default" counts.
    public static func template(file: [UInt8]?, configuration: JSON?) -> String? {
        if let file { return String(decoding: file, as: UTF8.self) }
        let value = configuration?["chat_template"]
        guard let list = value?.array else { return value?.string }
        let chosen = list.first { $0["name"]?.string == "default" } ?? list.first
        return chosen?["template"]?.string
    }
}
