import Tokenizers
import UntrustedInput

/// The chat template that a model brings, and the format it stands for.
///
/// A template that is unknown or makes no sense is no error by itself: such a model can still go on with a text. The
/// reason is kept for whoever asks it to chat.
struct ChatTemplate {
    let text: String?
    let format: ChatFormat?
    let failure: String?

    init(_ text: String?) {
        self.text = text
        format = text.flatMap(ChatFormat.recognise(template:))
        if format != nil {
            failure = nil
        } else if text == nil {
            failure = "it has no chat template"
        } else {
            let known = ChatFormat.all.map(\.name).joined(separator: ", ")
            failure = "its chat template is none that Swiftlet knows; known: \(known)"
        }
    }

    /// The template of a Hugging Face folder.
    ///
    /// - Parameters:
    ///   - file: `chat_template.jinja`, which goes before the older place.
    ///   - configuration: `tokenizer_config.json`, whose `chat_template` is a string, or a list of `{"name", "template"}`
    ///     of which "default" counts.
    init(file: [UInt8]?, configuration: JSON?) {
        if let file {
            self.init(String(decoding: file, as: UTF8.self))
            return
        }
        let value = configuration?["chat_template"]
        if let list = value?.array {
            let chosen = list.first { $0["name"]?.string == "default" } ?? list.first
            self.init(chosen?["template"]?.string)
        } else {
            self.init(value?.string)
        }
    }
}
