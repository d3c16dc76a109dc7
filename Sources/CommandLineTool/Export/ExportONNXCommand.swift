import ArgumentParser
import Compute
import Export

/// `swiftlet export onnx`: a model as a folder that ONNX Runtime GenAI runs on a CPU or any GPU.
struct ExportONNXCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "onnx",
        abstract: "Writes a model for ONNX Runtime GenAI, with its configuration and tokenizer.",
        discussion: """
            SOURCE is a Hugging Face folder, a GGUF file (any part of a split one), or a name. The folder is what ONNX Runtime
            GenAI's own builder makes for the target: the same operators, names and weights. A GGUF of Q4_0 keeps its values in
            int4, one of Q8_0, Q5_0 or Q6_K in int8; other blocks lose something when they are quantised anew, and have to be
            allowed to. No more than a slice of a tensor is in memory; a run that is interrupted leaves nothing.

            --target dml is for any GPU under Windows (DirectX 12).
            """)

    @Argument(help: "The model to read.")
    var source: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("int4, int8, fp16 or fp32; the embedding is never quantised.", valueName: "format"))
    var precision = ONNXOptions.Precision.int4

    @Option(help: ArgumentHelp("cpu, dml, cuda or webgpu: what runs it.", valueName: "provider"))
    var target = ONNXOptions.Target.cpu

    @Option(help: ArgumentHelp("Weights to a scale: 16, 32, 64, 128 or 256 (default: 32).", valueName: "n"))
    var blockSize: Int?

    @Option(
        help: ArgumentHelp(
            "What products with integers may round activations to: 1 f32, 2 f16, 3 bf16, 4 int8, 0 whatever the provider likes (default: 4 for cpu and webgpu, else 0).",
            valueName: "n"))
    var accuracyLevel: Int?

    @Flag(
        name: .customLong("allow-requantize"),
        help: "Take matrices that are quantised already; they lose more than from the original.")
    var allowsRequantizing = false

    @Option(name: .shortAndLong, help: "Threads; physical cores where nothing is given.")
    var threads: Int?

    @Flag(help: "Write one JSON object, with the error of each matrix.")
    var json = false

    func validate() throws {
        guard target.precisions.contains(precision) else {
            let known = target.precisions.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--target \(target.rawValue) goes with --precision \(known).")
        }
        let hasIntegers = precision == .int4 || precision == .int8
        guard hasIntegers || (blockSize == nil && accuracyLevel == nil && !allowsRequantizing) else {
            throw ValidationError("--block-size, --accuracy-level and --allow-requantize go with int4 and int8.")
        }
        guard blockSize.map({ ONNXOptions.blockSizes.contains($0) }) ?? true else {
            let known = ONNXOptions.blockSizes.map(String.init).joined(separator: ", ")
            throw ValidationError("--block-size must be one of \(known).")
        }
        guard (0...4).contains(accuracyLevel ?? 0) else {
            throw ValidationError("--accuracy-level must be from 0 to 4.")
        }
        guard (1...Compute.maximumThreadCount).contains(threads ?? 1) else {
            throw ValidationError("--threads must be between 1 and \(Compute.maximumThreadCount).")
        }
    }

    private var options: ONNXOptions {
        var options = ONNXOptions(precision, for: target)
        options.blockColumns = blockSize
        options.accuracyLevel = accuracyLevel
        options.allowsRequantizing = allowsRequantizing
        return options
    }

    func run() async throws {
        let options = options
        try await ExportRun(source: source, output: output, threads: threads, json: json)
            .write { checkpoint, text, _ in
                try ONNXExport(checkpoint, options, tokenizer: text.tokenizer, endTokens: text.endTokens)
            }
    }
}
