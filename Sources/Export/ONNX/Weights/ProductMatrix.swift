import Transformer

/// Rows of a matrix of the model.
struct MatrixRows: Sendable {
    let matrix: ModelMatrix
    let rows: Range<Int>
}

/// A matrix that activations are multiplied by, as the graph has it: rows of one or of several of the model's, one over
/// the other.
struct ProductMatrix: Sendable {
    /// As the graph's nodes spell it: "/model/layers.0/attn/qkv_proj".
    let path: String
    let parts: [MatrixRows]
    /// Whether it is one of a layer's, and not the head.
    let isInLayer: Bool

    var rows: Int { parts.reduce(0) { $0 + $1.rows.count } }
    var columns: Int { parts[0].matrix.columns }

    init(_ path: String, _ parts: [MatrixRows]) {
        self.path = path
        self.parts = parts
        isInLayer = parts[0].matrix.isInLayer
    }

    /// Whole matrices.
    init(_ path: String, _ matrices: [ModelMatrix]) {
        self.init(path, matrices.map { MatrixRows(matrix: $0, rows: 0..<$0.rows) })
    }

    /// "model.layers.0.attn.qkv_proj.MatMul.weight", by which programs know its initializers.
    var weightName: String { "\(path.dropFirst().replacing("/", with: ".")).MatMul.weight" }
}

/// What a layer multiplies by, cut as the target wants it.
struct LayerProducts: Sendable {
    /// One with rows q | k | v, or these three.
    let queryKeyValue: [ProductMatrix]
    let attentionOutput: ProductMatrix
    let gate: ProductMatrix
    let up: ProductMatrix
    let down: ProductMatrix

    var all: [ProductMatrix] { queryKeyValue + [attentionOutput, gate, up, down] }

    init(_ layer: DecoderTensors.Layer, _ configuration: ModelConfiguration, isPacked: Bool) {
        // transformers' name begins as the graph's: "model.layers.0".
        let path = "/\(layer.name.replacing("model.", with: "model/", maxReplacements: 1))"
        if isPacked {
            queryKeyValue = [ProductMatrix("\(path)/attn/qkv_proj", layer.queryKeyValue)]
        } else {
            let query = configuration.headCount * configuration.headSize
            let key = configuration.keyValueHeadCount * configuration.headSize
            queryKeyValue = zip(["q", "k", "v"], Self.cut(layer.queryKeyValue, [query, key, key])).map {
                ProductMatrix("\(path)/attn/\($0)_proj", [$1])
            }
        }
        let gateUp = Self.cut(layer.gateUp, [configuration.intermediateSize, configuration.intermediateSize])
        attentionOutput = ProductMatrix("\(path)/attn/o_proj", [layer.attentionOutput])
        gate = ProductMatrix("\(path)/mlp/gate_proj", [gateUp[0]])
        up = ProductMatrix("\(path)/mlp/up_proj", [gateUp[1]])
        down = ProductMatrix("\(path)/mlp/down_proj", [layer.down])
    }

    /// Matrices that stand alone, or the rows of them in the one that holds all.
    private static func cut(_ matrices: [ModelMatrix], _ counts: [Int]) -> [MatrixRows] {
        guard matrices.count == 1 else { return matrices.map { MatrixRows(matrix: $0, rows: 0..<$0.rows) } }
        var start = 0
        return counts.map { count in
            defer { start += count }
            return MatrixRows(matrix: matrices[0], rows: start..<start + count)
        }
    }
}
