import Foundation
import TestSupport
import Testing
import Tokenizers
import UntrustedInput

private let isThere = Golden.path("chat") != nil && Golden.path("tokenizers") != nil

/// Every conversation of the oracle (transformers 5.23's `apply_chat_template`), rendered and encoded.
@Suite(.enabled(if: isThere, "needs the golden data: chat, tokenizers"))
struct GoldenChatTests {
    static let formats = [
        ("phi-3-mini-4k-instruct", "phi-3-mini"), ("phi-3-mini-128k-instruct-apr2024", "phi-3-mini-apr2024"),
        ("phi-3.5-mini-instruct", "phi-3-mini"), ("phi-3-medium-4k-instruct", "phi-3-mini"),
        ("phi-3-vision-128k-instruct", "phi-3-vision"), ("phi-4-mini-instruct", "phi-4-mini"),
        ("phi-4-mini-reasoning", "phi-4-mini"), ("smollm2-instruct", "smollm2"),
    ]

    private func messages(_ line: JSON) -> [ChatMessage] {
        (line["messages"]?.array ?? []).map {
            ChatMessage(
                role: $0["role"]?.string ?? "", content: $0["content"]?.string ?? "", tools: $0["tools"]?.string)
        }
    }

    @Test(arguments: formats)
    func rendersAndEncodes(_ name: String, _ tokenizerName: String) throws {
        let tokenizer = try GoldenTokenizers.named(tokenizerName)
        let format = try #require(ChatFormat.named(name))
        let control = tokenizer.addedTokens.filter(\.isControl).map(\.content)
        var failures = Failures()
        for line in try GoldenTokenizers.lines("chat/\(name).jsonl") {
            let messages = messages(line)
            let prompts = line["add_generation_prompt"]?.bool ?? false
            guard let rendered = line["rendered"]?.string, let ids = line["ids"]?.integers else {
                #expect(line["error"] != nil)
                #expect(throws: ChatFormatError.emptyConversation) {
                    try format.render(messages, addGenerationPrompt: prompts)
                }
                continue
            }
            let text = try format.renderedText(messages, addGenerationPrompt: prompts)
            if !same(text, rendered) {
                failures.add(
                    "\(line["id"]?.string ?? ""): \(text.debugDescription) instead of \(rendered.debugDescription)")
            }
            let found = try format.ids(for: messages, addGenerationPrompt: prompts, using: tokenizer)
            let said = messages.map { $0.content + ($0.tools ?? "") }
            if control.contains(where: { token in said.contains { $0.contains(token) } }) {
                // Message text that holds a control token: the oracle lets it become the real one, Swiftlet must not.
                let own = try format.render(messages, addGenerationPrompt: prompts).flatMap { segment in
                    if case .control(let text) = segment {
                        tokenizer.encode(text, specialTokens: .parsed).filter(tokenizer.isControl)
                    } else {
                        [Int]()
                    }
                }
                if found.filter(tokenizer.isControl) != own { failures.add("\(line["id"]?.string ?? "") injected") }
            } else if found != ids {
                failures.add("\(line["id"]?.string ?? "") \(rendered.debugDescription): \(found) instead of \(ids)")
            }
        }
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test(arguments: formats)
    func recognisesTheTemplate(_ name: String, _ tokenizerName: String) throws {
        let template = String(decoding: try GoldenTokenizers.bytes("chat/\(name).jinja"), as: UTF8.self)
        #expect(ChatFormat.recognise(template: template)?.name == name)
        #expect(ChatFormat.recognise(template: template.replacing("'", with: "\""))?.name == name)
        #expect(ChatFormat.recognise(template: template + "x") == nil)
    }

    /// A conversation that grows by appending ids has the ids of the whole.
    @Test(arguments: formats)
    func continuationEqualsTheWhole(_ name: String, _ tokenizerName: String) throws {
        let tokenizer = try GoldenTokenizers.named(tokenizerName)
        let format = try #require(ChatFormat.named(name))
        let first = [ChatMessage.user("What is 2 + 2?")]
        let answer = "It is 4."
        let next = [ChatMessage.user("And 3 × 3,\n  please?")]
        let whole = try format.ids(for: first + [.assistant(answer)] + next, using: tokenizer)
        let prompt = try format.ids(for: first, using: tokenizer)
        #expect(whole.starts(with: prompt))
        for isClosed in [false, true] {
            let end = try #require(tokenizer.id(of: format.endOfTurn[0]))
            let rest = try format.continuation(after: isClosed ? end : nil, messages: next, using: tokenizer)
            let said = whole.dropFirst(prompt.count).dropLast(rest.count)
            #expect(Array(said) == (isClosed ? Array(said.dropLast()) + [end] : Array(said)))
            #expect(prompt + said + rest == whole)
            #expect(tokenizer.decode(Array(said), skipSpecialTokens: true).contains("It is 4."))
        }
    }
}
