import Swiftlet
import Tokenizers
import UntrustedInput

/// One answer for each object that a program sends to `tokenize --jsonl`.
struct TokenizeLines {
    let source: TokenizerSource

    /// - Throws: `InputError` where the object is not what the direction asks for.
    func answer(
        _ request: JSON, _ direction: TokenizeCommand.Direction, line: Int
    ) throws(InputError) -> Report {
        let fields = RequestFields(json: request, file: "line \(line)")
        switch direction {
        case .encode: return try encode(fields)
        case .decode: return try decode(fields)
        case .stream: return try stream(fields)
        case .messages: return try messages(fields)
        }
    }

    private func encode(_ fields: RequestFields) throws(InputError) -> Report {
        let parses = try fields.flag("parse_special") ?? true
        let text = try fields.string("text")
        return ["ids": .ids(source.tokenizer.encode(text, specialTokens: parses ? .parsed : .asText))]
    }

    private func decode(_ fields: RequestFields) throws(InputError) -> Report {
        let skips = try fields.flag("skip_special") ?? false
        let ids = try fields.ids("ids")
        return ["text": .string(source.tokenizer.decode(ids, skipSpecialTokens: skips))]
    }

    private func stream(_ fields: RequestFields) throws(InputError) -> Report {
        let ids = try fields.ids("ids")
        var decoder = StreamDecoder(source.tokenizer, skipSpecialTokens: try fields.flag("skip_special") ?? false)
        return ["pieces": .array(ids.map { .optional(decoder.append($0)) })]
    }

    private func messages(_ fields: RequestFields) throws(InputError) -> Report {
        let format = try format(fields)
        let addsPrompt = try fields.flag("add_generation_prompt") ?? true
        let messages = try fields.messages("messages")
        do {
            let rendered = try format.renderedText(messages, addGenerationPrompt: addsPrompt)
            let ids = try format.ids(for: messages, addGenerationPrompt: addsPrompt, using: source.tokenizer)
            return ["rendered": .string(rendered), "ids": .ids(ids)]
        } catch {
            // A conversation that the format's own template would refuse too: an answer, not a broken line.
            return ["error": .string(error.description)]
        }
    }

    private func format(_ fields: RequestFields) throws(InputError) -> ChatFormat {
        guard let name = try fields.optionalString("template") else {
            guard let format = source.chatFormat else {
                throw .missing(
                    file: fields.file, field: "template (\(source.chatFormatFailure ?? "the model has none"))")
            }
            return format
        }
        guard let format = ChatFormat.named(name) else {
            throw .unsupported(
                file: fields.file, field: "template", found: name, supported: ChatFormat.all.map(\.name))
        }
        return format
    }
}
