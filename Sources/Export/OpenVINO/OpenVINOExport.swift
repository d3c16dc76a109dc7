public import Checkpoints
public import Compute
import Transformer
import UntrustedInput

/// A model as a folder that OpenVINO runs: the graph, its weights, configuration and tokenizer files.
public struct OpenVINOExport: FolderExport {
    private let checkpoint: Checkpoint
    private let configuration: ModelConfiguration
    private let tensors: DecoderTensors
    private let plan: WeightPlan
    private let tokenizer: ExportedTokenizer?

    /// Decides about the format of every matrix; writes nothing.
    ///
    /// - Parameters:
    ///   - tokenizer: what tokenizer files are made of where the source is no folder that has them; nil for none.
    ///   - compute: measures weights where a ratio shares them between formats.
    /// - Throws: `InputError` for what keeps Swiftlet from running the model: whatever is written can be compared with it;
    ///   ``ExportError``; `CancellationError`.
    public init(
        _ checkpoint: Checkpoint, _ options: ExportOptions, tokenizer: ExportedTokenizer? = nil, compute: Compute
    ) throws {
        self.checkpoint = checkpoint
        self.tokenizer = tokenizer
        configuration = try ModelConfiguration(checkpoint)
        tensors = DecoderTensors(try ModelTensors.resolve(checkpoint, configuration), configuration)
        plan = try WeightPlan(tensors.matrices, options, path: checkpoint.path, compute: compute)
    }

    public func write(
        to path: String, compute: Compute, progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> ExportReport {
        let folder = try ExportFolder(path)
        let graph = DecoderGraph.make(tensors, configuration, plan)
        var files: [(name: String, bytes: [UInt8])] = [
            ("openvino_model.xml", Array(graph.xml(name: "Model0", runtimeOptions: Self.runtimeOptions).utf8))
        ]
        files += try ConfigurationFiles(checkpoint: checkpoint, configuration: configuration).all
        files += try TokenizerFiles(
            checkpoint: checkpoint, made: tokenizer, contextTokens: configuration.contextTokens,
            engineNames: TokenizerFiles.openVINONames
        ).all
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        let weights = try folder.file("openvino_model.bin")
        let reports = try ConstantWriter(graph.constants, MatrixPacker(plan: plan, compute: compute))
            .write(to: weights, progress: progress)
        try Task.checkCancellation()
        try folder.commit()
        return ExportReport(
            matrices: reports, byteCount: files.reduce(weights.byteCount) { $0 + $1.bytes.count },
            files: files.map(\.name) + ["openvino_model.bin"])
    }

    /// Activations in f16, as a GPU computes them, are scaled down so that no sum overflows.
    private static let runtimeOptions = [(key: "ACTIVATIONS_SCALE_FACTOR", value: "8.0")]
}
