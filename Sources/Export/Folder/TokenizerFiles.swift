import Checkpoints
import UntrustedInput

/// What tells how text becomes token ids, beside the weights of an export.
struct TokenizerFiles {
    let checkpoint: Checkpoint

    /// Those that a Hugging Face folder may have, and what OpenVINO's tools make of them.
    private static let names = [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "chat_template.jinja", "openvino_tokenizer.xml", "openvino_tokenizer.bin",
        "openvino_detokenizer.xml", "openvino_detokenizer.bin",
    ]

    var all: [(name: String, bytes: [UInt8])] {
        get throws(InputError) {
            var files: [(name: String, bytes: [UInt8])] = []
            for name in Self.names {
                if let bytes = try checkpoint.bytes(named: name) { files.append((name, bytes)) }
            }
            return files
        }
    }
}
