public import Checkpoints
public import Compute
import ONNXFormat
import Transformer
import UntrustedInput

/// A model as a folder that ONNX Runtime GenAI runs: the graph, its tensors, configuration and tokenizer files.
public struct ONNXExport: FolderExport {
    private let checkpoint: Checkpoint
    private let configuration: ModelConfiguration
    private let tensors: DecoderTensors
    private let layers: [LayerProducts]
    private let head: ProductMatrix
    private let plan: ProductPlan
    private let tokenizer: ExportedTokenizer?
    private let endTokens: Set<Int>

    static let modelName = "model.onnx"

    /// Decides about the format of every matrix; writes nothing.
    ///
    /// - Parameters:
    ///   - tokenizer: what tokenizer files are made of where the source is no folder that has them; nil for none.
    ///   - endTokens: ids that end an answer, beside those that the model's configuration names.
    /// - Throws: `InputError` for what keeps Swiftlet from running the model: whatever is written can be compared with it;
    ///   ``ExportError``.
    public init(
        _ checkpoint: Checkpoint, _ options: ONNXOptions, tokenizer: ExportedTokenizer? = nil, endTokens: Set<Int> = []
    ) throws {
        guard options.target.precisions.contains(options.precision) else {
            throw ExportError.precisionUnsupported(
                precision: options.precision.rawValue, target: options.target.rawValue,
                supported: options.target.precisions.map(\.rawValue))
        }
        self.checkpoint = checkpoint
        self.tokenizer = tokenizer
        self.endTokens = endTokens
        let configuration = try ModelConfiguration(checkpoint)
        self.configuration = configuration
        tensors = DecoderTensors(try ModelTensors.resolve(checkpoint, configuration), configuration)
        layers = tensors.layers.map {
            LayerProducts($0, configuration, isPacked: configuration.hasFusedAttention(options.target))
        }
        head = ProductMatrix("/lm_head", [tensors.head ?? tensors.embedding])
        plan = try ProductPlan(layers.flatMap(\.all) + [head], options, path: checkpoint.path)
    }

    public func write(
        to path: String, compute: Compute, progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> ExportReport {
        let folder = try ExportFolder(path)
        let graph = ONNXDecoder.make(tensors, layers, head: head, configuration, plan)
        var files: [(name: String, bytes: [UInt8])] = [
            (Self.modelName, try model(graph)),
            (
                GenAIConfiguration.fileName,
                try GenAIConfiguration(
                    checkpoint: checkpoint, configuration: configuration, tokenizer: tokenizer, endTokens: endTokens,
                    target: plan.options.target
                ).bytes
            ),
        ]
        files += try ConfigurationFiles(checkpoint: checkpoint, configuration: configuration).all
        files += try TokenizerFiles(
            checkpoint: checkpoint, made: tokenizer, contextTokens: configuration.contextTokens
        ).all
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        let data = try folder.file(ONNXData.fileName)
        let reports = try withoutActuallyEscaping(progress) { progress in
            var writer = ProductWriter(
                plan, embedding: tensors.embedding, compute: compute, file: data, progress: progress)
            return try writer.write(graph.data)
        }
        try Task.checkCancellation()
        try folder.commit()
        return ExportReport(
            matrices: reports, byteCount: files.reduce(data.byteCount) { $0 + $1.bytes.count },
            files: files.map(\.name) + [ONNXData.fileName])
    }

    private func model(_ graph: ONNXGraph) throws -> [UInt8] {
        var model = ONNXModelProto()
        model.irVersion = 10
        model.producerName = "swiftlet"
        for (domain, version) in [("", 22), (ONNXDecoder.runtime, 1)] {
            var operators = ONNXOperatorSetIdProto()
            operators.domain = domain
            operators.version = Int64(version)
            model.opsetImport.append(operators)
        }
        model.graph = graph.proto
        return try model.bytes()
    }
}
