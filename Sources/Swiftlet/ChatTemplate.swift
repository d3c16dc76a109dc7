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

    /// The template of a Hugging Face folder: see ``ChatFormat/template(file:configuration:)``.
    init(file: [UInt8]?, configuration: JSON?) {
        self.init(ChatFormat.template(file: file, configuration: configuration))
    }
}
