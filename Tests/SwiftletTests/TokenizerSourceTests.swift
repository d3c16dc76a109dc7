import Foundation
import Swiftlet
import TestSupport
import Testing
import UntrustedInput

@Suite struct TokenizerSourceTests {
    /// A folder with these files, removed at the end.
    private func withFolder(
        _ files: [String: String], copying names: [String] = [], _ body: (String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let golden = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32")
        for name in names {
            try FileManager.default.copyItem(
                at: golden.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        for (name, text) in files {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try body(folder.path)
    }

    private static let chatML = """
        {% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + \
        '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
        """

    @Test func aFolderNeedsNoWeights() throws {
        try withFolder([:], copying: ["tokenizer.json", "tokenizer_config.json"]) { folder in
            let source = try TokenizerSource(path: folder)
            #expect(source.chatFormat?.name == "phi-3-mini-4k-instruct")
            let file = try TokenizerSource(path: "\(folder)/tokenizer.json")
            #expect(file.tokenizer.encode("Hello") == source.tokenizer.encode("Hello"))
            #expect(file.chatFormat?.name == source.chatFormat?.name)
        }
    }

    @Test func endTokensAreTheUnion() throws {
        let files = ["generation_config.json": #"{"eos_token_id": [5, 6]}"#, "config.json": #"{"eos_token_id": 7}"#]
        try withFolder(files, copying: ["tokenizer.json", "tokenizer_config.json"]) { folder in
            let source = try TokenizerSource(path: folder)
            let end = try #require(source.tokenizer.id(of: "<|end|>"))
            #expect(source.endTokens.isSuperset(of: [5, 6, 7, end]))
        }
        for value in [#""</s>""#, "[1, null]", "1.5"] {
            try withFolder(
                ["generation_config.json": #"{"eos_token_id": \#(value)}"#], copying: ["tokenizer.json"]
            ) { folder in
                #expect {
                    try TokenizerSource(path: folder)
                } throws: { error in
                    (error as? InputError)?.field == "eos_token_id"
                }
            }
        }
    }

    @Test func theTemplateMayStandInThreePlaces() throws {
        try withFolder([:], copying: ["tokenizer.json"]) { folder in
            let source = try TokenizerSource(path: folder)
            #expect(source.template == nil && source.chatFormatFailure == "it has no chat template")
        }
        let asList = #"{"chat_template": [{"name": "rag", "template": "x"}, {"name": "default", "template": "y"}]}"#
        try withFolder(["tokenizer_config.json": asList], copying: ["tokenizer.json"]) { folder in
            let source = try TokenizerSource(path: folder)
            #expect(source.template == "y")
        }
        // The newer place goes before the older one; this vocabulary has no <|im_end|> that could end a turn.
        try withFolder(
            ["chat_template.jinja": Self.chatML], copying: ["tokenizer.json", "tokenizer_config.json"]
        ) { folder in
            let source = try TokenizerSource(path: folder)
            #expect(source.template == Self.chatML && source.chatFormat == nil)
            #expect(source.chatFormatFailure?.contains("<|im_end|>") == true)
        }
    }

    @Test(arguments: ["5", "[]", "[1]", #"{"a": "b"}"#, #""{{ boom }}""#])
    func nonsenseAsTemplateIsNoErrorUntilSomebodyChats(value: String) throws {
        try withFolder(["tokenizer_config.json": #"{"chat_template": \#(value)}"#], copying: ["tokenizer.json"]) {
            folder in
            let source = try TokenizerSource(path: folder)
            #expect(source.chatFormat == nil && source.chatFormatFailure != nil)
        }
    }

    @Test func whatIsMissingIsNamed() throws {
        #expect(throws: InputError.self) { try TokenizerSource(path: "/nowhere/at/all") }
        try withFolder(["tokenizer_config.json": "{}"]) { folder in
            #expect(throws: InputError.missingFile(file: "\(folder)/tokenizer.json or tokenizer.model")) {
                try TokenizerSource(path: folder)
            }
        }
    }
}
