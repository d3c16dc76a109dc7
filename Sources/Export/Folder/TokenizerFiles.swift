import Checkpoints
public import Tokenizers
import UntrustedInput

/// The text side of a model that has no tokenizer files of its own.
public struct ExportedTokenizer: Sendable {
    public let tokenizer: Tokenizer
    /// As the model brings it.
    public let chatTemplate: String?

    public init(_ tokenizer: Tokenizer, chatTemplate: String?) {
        self.tokenizer = tokenizer
        self.chatTemplate = chatTemplate
    }
}

/// What tells how text becomes token ids, beside the weights of an export: the files of a Hugging Face folder as they are,
/// or files made of what a GGUF file holds.
struct TokenizerFiles {
    let checkpoint: Checkpoint
    let made: ExportedTokenizer?
    /// The longest text that the model was made for.
    let contextTokens: Int

    /// Those that an engine alone reads.
    var engineNames: [String] = []

    /// What OpenVINO's tools make of the others.
    static let openVINONames = [
        "openvino_tokenizer.xml", "openvino_tokenizer.bin", "openvino_detokenizer.xml", "openvino_detokenizer.bin",
    ]

    /// Those that a Hugging Face folder may have.
    private static let names = [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "chat_template.jinja",
    ]

    var all: [(name: String, bytes: [UInt8])] {
        get throws(InputError) {
            guard checkpoint.format == .huggingFace else {
                guard let made else { return [] }
                let files = [
                    ("tokenizer.json", TokenizerJSON(made.tokenizer).json),
                    ("tokenizer_config.json", configuration(made)),
                ]
                return files.map { ($0, Array(($1.text() + "\n").utf8)) }
            }
            var files: [(name: String, bytes: [UInt8])] = []
            for name in Self.names + engineNames {
                if let bytes = try checkpoint.bytes(named: name) { files.append((name, bytes)) }
            }
            return files
        }
    }

    private func configuration(_ made: ExportedTokenizer) -> JSONText {
        let tokenizer = made.tokenizer
        var members: [(key: String, value: JSONText)] = [
            ("tokenizer_class", .string("PreTrainedTokenizerFast")), ("clean_up_tokenization_spaces", .bool(false)),
            ("model_max_length", .integer(contextTokens)),
            ("add_bos_token", .bool(tokenizer.addsBeginning)), ("add_eos_token", .bool(tokenizer.addsEnd)),
        ]
        func add(_ name: String, _ id: Int?) {
            if let piece = id.flatMap({ tokenizer.piece(of: $0) }) { members.append((name, .string(piece))) }
        }
        add("bos_token", tokenizer.beginningID)
        add("eos_token", tokenizer.endID)
        add("unk_token", tokenizer.unknownID)
        add("pad_token", tokenizer.paddingID ?? tokenizer.endID)
        if let template = made.chatTemplate { members.append(("chat_template", .string(template))) }
        return .object(members)
    }
}
