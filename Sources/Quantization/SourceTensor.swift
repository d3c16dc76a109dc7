import Checkpoints
import Tensors
import Transformer

/// A tensor on its way into a GGUF file: where it comes from, and what it will be called.
struct SourceTensor: Sendable {
    enum Content: Sendable {
        case tensor(Tensor)
        /// Made from a configuration; f32.
        case values([Float])
    }

    /// The order in which rows are written.
    enum RowOrder: Sendable, Equatable {
        case asStored
        /// Rows (head, half, i) become (head, i, half): the llama architecture of GGUF rotates neighbours, where
        /// transformers rotates the halves of a head.
        case interleaved(heads: Int)
    }

    /// GGUF's.
    let name: String
    let content: Content
    /// nil for what is no matrix of the model: norms, factors.
    var role: TypeMixture.Role?
    var layer: Int?
    var order = RowOrder.asStored

    var shape: TensorShape {
        switch content {
        case .tensor(let tensor): tensor.shape
        case .values(let values): TensorShape([values.count])
        }
    }

    var type: ElementType {
        switch content {
        case .tensor(let tensor): tensor.type
        case .values: .f32
        }
    }

    /// Bytes that are read.
    var byteCount: Int {
        switch content {
        case .tensor(let tensor): tensor.byteRange.count
        case .values(let values): 4 * values.count
        }
    }

    /// The rows of the source that rows of the file come from.
    func sourceRows(_ rows: Range<Int>) -> [Int] {
        guard case .interleaved(let heads) = order else { return Array(rows) }
        let headRows = shape.rows / heads
        return rows.map { row in
            let (head, place) = row.quotientAndRemainder(dividingBy: headRows)
            return head * headRows + place % 2 * (headRows / 2) + place / 2
        }
    }
}

extension SourceTensor {
    /// All tensors that the model's forward pass needs, under the names of GGUF.
    static func all(
        _ tensors: ModelTensors, _ configuration: ModelConfiguration, isInterleaving: Bool
    ) -> [SourceTensor] {
        // A tied embedding is the head, too, and treated as one.
        var all = [
            matrix("token_embd", tensors.embedding, tensors.head == nil ? .head : .embedding),
            vector("output_norm", tensors.finalNorm),
        ]
        if let head = tensors.head { all.append(matrix("output", head, .head)) }
        for (index, layer) in tensors.layers.enumerated() {
            func add(_ name: String, _ tensor: Tensor, _ role: TypeMixture.Role, _ order: RowOrder = .asStored) {
                all.append(matrix("blk.\(index).\(name)", tensor, role, layer: index, order))
            }
            all.append(vector("blk.\(index).attn_norm", layer.attentionNorm))
            if layer.queryKeyValue.count == 1 {
                add("attn_qkv", layer.queryKeyValue[0], .queryKeyValue)
            } else {
                let heads = [configuration.headCount, configuration.keyValueHeadCount]
                    .map { isInterleaving ? RowOrder.interleaved(heads: $0) : .asStored }
                add("attn_q", layer.queryKeyValue[0], .attentionOutput, heads[0])
                add("attn_k", layer.queryKeyValue[1], .attentionOutput, heads[1])
                add("attn_v", layer.queryKeyValue[2], .queryKeyValue)
            }
            add("attn_output", layer.attentionOutput, .attentionOutput)
            all.append(vector("blk.\(index).ffn_norm", layer.feedForwardNorm))
            for (name, tensor) in zip(layer.gateUp.count == 1 ? ["ffn_up"] : ["ffn_gate", "ffn_up"], layer.gateUp) {
                add(name, tensor, .gateUp)
            }
            add("ffn_down", layer.down, .down)
        }
        return all
    }

    private static func matrix(
        _ name: String, _ tensor: Tensor, _ role: TypeMixture.Role, layer: Int? = nil, _ order: RowOrder = .asStored
    ) -> SourceTensor {
        SourceTensor(name: "\(name).weight", content: .tensor(tensor), role: role, layer: layer, order: order)
    }

    private static func vector(_ name: String, _ tensor: Tensor) -> SourceTensor {
        SourceTensor(name: "\(name).weight", content: .tensor(tensor))
    }
}
