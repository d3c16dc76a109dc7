public import Tokenizers

/// The text side of a model: its tokenizer, its chat format, and the ids that end an answer.
///
/// It comes from whatever holds a vocabulary: a Hugging Face folder with or without weights, a `tokenizer.json` or
/// `tokenizer.model` alone, a GGUF file with or without tensors.
public struct TokenizerSource: Sendable {
    public let tokenizer: Tokenizer
    /// The chat template as the model brings it; shown and compared, never run.
    public let template: String?
    /// nil where the template is missing or none that Swiftlet knows.
    public let chatFormat: ChatFormat?
    /// Why there is no ``chatFormat``.
    public let chatFormatFailure: String?
    /// The ids that end an answer: the union of what the model's configurations, its tokenizer and its chat format
    /// say. Each of them alone was incomplete in some published Phi-3, and text ran on past `<|end|>`.
    public let endTokens: Set<Int>

    /// - Parameters:
    ///   - configuredEndTokens: what configuration files name; ids that the vocabulary lacks are left out.
    init(tokenizer: Tokenizer, template: ChatTemplate, configuredEndTokens: Set<Int>) {
        self.tokenizer = tokenizer
        self.template = template.text
        var endTokens = tokenizer.endTokens.union(
            configuredEndTokens.filter { 0 <= $0 && $0 < tokenizer.vocabularySize })
        do throws(ChatFormatError) {
            if let format = template.format {
                endTokens.formUnion(try format.endOfTurnIDs(in: tokenizer))
            }
            chatFormat = template.format
            chatFormatFailure = template.failure
        } catch {
            chatFormat = nil
            chatFormatFailure = error.description
        }
        self.endTokens = endTokens
    }
}
