import Checkpoints
import Compute
import Export
import Foundation
import ONNXFormat
import TestSupport
import Testing

/// An exported folder as any reader of ONNX sees it.
struct ONNXFile {
    let graph: ONNXGraphProto
    let data: Data
    let initializers: [String: ONNXTensorProto]

    init(folder: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/model.onnx"))
        graph = try ONNXModelProto(bytes: Array(bytes)).graph
        data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/model.onnx.data"), options: .mappedIfSafe)
        initializers = Dictionary(graph.initializer.map { ($0.name, $0) }) { first, _ in first }
    }

    func count(_ operation: String) -> Int { graph.node.count { $0.opType == operation } }

    func node(_ name: String) -> ONNXNodeProto? { graph.node.first { $0.name == name } }

    func integer(_ attribute: String, of node: ONNXNodeProto) -> Int? {
        node.attribute.first { $0.name == attribute }.map { Int($0.i) }
    }

    /// Where a tensor's elements stand in the data file.
    func range(_ tensor: ONNXTensorProto) -> Range<Int>? {
        let entries = Dictionary(tensor.externalData.map { ($0.key, $0.value) }) { first, _ in first }
        guard entries["location"] == "model.onnx.data", let start = entries["offset"].flatMap({ Int($0) }),
            let count = entries["length"].flatMap({ Int($0) })
        else { return nil }
        return start..<start + count
    }

    /// The bytes of an initializer.
    func bytes(_ name: String) -> [UInt8]? { initializers[name].flatMap(range).map { [UInt8](data[$0]) } }

    func floats(_ name: String) -> [Float]? {
        guard let bytes = bytes(name) else { return nil }
        let isHalf = initializers[name]?.dataType == Int32(ONNXTensorProto.DataType.float16.rawValue)
        return stride(from: 0, to: bytes.count, by: isHalf ? 2 : 4).map { start in
            let bits = (0..<(isHalf ? 2 : 4)).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
            return isHalf ? Float(Float16(bitPattern: UInt16(bits))) : Float(bitPattern: bits)
        }
    }

    /// The integers of a matrix, block after block, row after row.
    func integers(_ name: String, bits: Int) -> [Int]? {
        bytes(name).map { $0.flatMap { bits == 4 ? [Int($0 & 15), Int($0 >> 4)] : [Int($0)] } }
    }
}

extension Workshop {
    @discardableResult
    func exportONNX(
        _ source: String, _ options: ONNXOptions, to name: String = "a", tokenizer: ExportedTokenizer? = nil,
        endTokens: Set<Int> = [], threads: Int = 1, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ExportReport {
        let export = try ONNXExport(
            try Checkpoint.open(source), options, tokenizer: tokenizer, endTokens: endTokens)
        return try export.write(to: path(name), compute: try Compute(threads: threads), progress: progress)
    }
}

extension Workshop {
    /// A tiny model with half as many heads of twice the size, so that the attention takes q, k and v as one.
    func widerHeads(of model: String) throws -> String {
        try FileManager.default.copyItem(atPath: Self.golden(model), toPath: path(model))
        let url = folder.appendingPathComponent("\(model)/config.json")
        var config = try JSONSerialization.jsonObject(with: try Data(contentsOf: url)) as? [String: Any] ?? [:]
        for key in ["num_attention_heads", "num_key_value_heads"] { config[key] = (config[key] as? Int ?? 0) / 2 }
        try JSONSerialization.data(withJSONObject: config).write(to: url)
        return path(model)
    }
}

extension ONNXOptions {
    static func made(
        _ precision: Precision, for target: Target = .cpu, blocks: Int? = nil, level: Int? = nil,
        allowsRequantizing: Bool = false
    ) -> ONNXOptions {
        var options = ONNXOptions(precision, for: target)
        options.blockColumns = blocks
        options.accuracyLevel = level
        options.allowsRequantizing = allowsRequantizing
        return options
    }

    /// Every precision of every target.
    static let all = Target.allCases.flatMap { target in target.precisions.map { ONNXOptions($0, for: target) } }
}
