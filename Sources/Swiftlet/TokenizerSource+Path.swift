public import Checkpoints
import Foundation
public import UntrustedInput

extension TokenizerSource {
    /// Reads the vocabulary of a folder (with or without weights), a `tokenizer.json` or `tokenizer.model`, or a GGUF
    /// file (with or without tensors).
    public init(path: String) throws(InputError) {
        let url = URL(fileURLWithPath: path)
        let fileName = url.lastPathComponent
        guard ["tokenizer.json", "tokenizer.model"].contains(fileName) else {
            try self.init(checkpoint: try Checkpoint.open(path))
            return
        }
        let folder = try Checkpoint.open(url.deletingLastPathComponent().path)
        // The files beside it belong to it, save the other tokenizer.
        try self.init(folder: folder.path) { name throws(InputError) in
            name.hasPrefix("tokenizer.") && name != fileName
                ? nil : try folder.bytes(named: name, limit: Limits.tokenizerBytes)
        }
    }

    /// Reads the vocabulary that a checkpoint brings.
    public init(checkpoint: Checkpoint) throws(InputError) {
        switch checkpoint.format {
        case .gguf:
            try self.init(metadata: checkpoint.metadata)
        case .huggingFace:
            try self.init(folder: checkpoint.path) { name throws(InputError) in
                try checkpoint.bytes(named: name, limit: Limits.tokenizerBytes)
            }
        }
    }
}
