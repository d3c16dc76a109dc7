import Swiftlet
import Tensors
import Transformer

extension Inspection {
    /// One object; its names are a contract, see the README of this folder.
    var report: Report {
        [
            "file": .string(checkpoint.path),
            "format": .string(formatName),
            "configuration": configuration.map { .object($0.members) } ?? .null,
            "tensors": .array(
                checkpoint.tensors.map { tensor in
                    [
                        "name": .string(tensor.name), "type": .string(tensor.type.rawValue),
                        "shape": .ids(tensor.shape.extents), "bytes": .integer(tensor.byteRange.count),
                    ]
                }),
            "tensor_bytes": .integer(tensorBytes),
            "tokenizer": tokenizer.map { .object($0.members) } ?? .null,
            "chat_format": .optional(tokenizer?.chatFormat?.name),
        ]
    }
}

extension ModelConfiguration {
    /// The hyper-parameters, under the names of `config.json`.
    var members: [(name: String, value: Report)] {
        var members: [(name: String, value: Report)] = [
            ("architecture", .string(architecture.rawValue)),
            ("name", .string(name)),
            ("num_hidden_layers", .integer(layerCount)),
            ("hidden_size", .integer(hiddenSize)),
            ("intermediate_size", .integer(intermediateSize)),
            ("num_attention_heads", .integer(headCount)),
            ("num_key_value_heads", .integer(keyValueHeadCount)),
            ("head_dim", .integer(headSize)),
            ("vocab_size", .integer(vocabularySize)),
            ("max_position_embeddings", .integer(contextTokens)),
            ("tie_word_embeddings", .bool(tiedEmbeddings)),
            ("rms_norm_eps", .literal("\(rmsNormEpsilon)")),
            ("rope_theta", .literal("\(ropeTheta)")),
            ("rotary_dim", .integer(rotaryDimensions)),
            ("sliding_window", slidingWindow.map { .integer($0) } ?? .null),
        ]
        if let ropeScaling {
            members.append(
                (
                    "rope_scaling",
                    [
                        "type": "longrope",
                        "original_max_position_embeddings": .integer(ropeScaling.originalContextTokens),
                        "attention_factor": .literal("\(ropeScaling.attentionFactor)"),
                    ]
                ))
        }
        return members
    }
}

extension TokenizerSource {
    var members: [(name: String, value: Report)] {
        [
            ("algorithm", .string(tokenizer.algorithm)),
            ("vocab_size", .integer(tokenizer.vocabularySize)),
            ("pieces", .integer(tokenizer.pieceCount)),
            ("bos_token_id", tokenizer.beginningID.map { .integer($0) } ?? .null),
            ("eos_token_id", tokenizer.endID.map { .integer($0) } ?? .null),
            ("unk_token_id", tokenizer.unknownID.map { .integer($0) } ?? .null),
            ("pad_token_id", tokenizer.paddingID.map { .integer($0) } ?? .null),
            ("adds_bos", .bool(tokenizer.addsBeginning)),
            ("end_token_ids", .ids(endTokens.sorted())),
            (
                "added_tokens",
                .array(
                    tokenizer.addedTokens.map { token in
                        [
                            "id": .integer(token.id), "content": .string(token.content),
                            "special": .bool(token.isSpecial),
                        ]
                    })
            ),
        ]
    }
}
