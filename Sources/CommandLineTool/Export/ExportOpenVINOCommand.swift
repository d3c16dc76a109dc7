import ArgumentParser
import Compute
import Export

/// `swiftlet export openvino`: a model as a folder that OpenVINO runs on a CPU, a GPU or an NPU.
struct ExportOpenVINOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openvino",
        abstract: "Writes a model as OpenVINO's IR, with its configuration and tokenizer.",
        discussion: """
            SOURCE is a Hugging Face folder, a GGUF file (any part of a split one), or a name. The folder is what optimum-cli
            makes, weights to the bit: int4 in groups of 128 (64 or 32 where rows are no whole groups), evenly around 0; int8
            by rows, with zero points. The embedding and the head have int8 where layers have int4. No more than a slice of a
            tensor is in memory; a run that is interrupted leaves nothing.

            An NPU wants int4 --sym in groups of 128, or of whole rows (--group-size -1).
            """)

    @Argument(help: "The model to read.")
    var source: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("fp16, int8 or int4.", valueName: "format"))
    var weightFormat = ExportOptions.WeightFormat.int4

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Weights to a scale of int4: 32, 64, 128, or -1 for a row.", valueName: "n"))
    var groupSize: Int?

    @Flag(exclusivity: .exclusive)
    var symmetry: ExportSymmetry?

    @Option(
        help: ArgumentHelp(
            "The share of the layers' weights that get int4; the rest, those that lose most by it, get int8.",
            valueName: "r"))
    var ratio: Double?

    @Flag(help: "Give the embedding and the head int4, too.")
    var allLayers = false

    @Flag(
        name: .customLong("allow-requantize"),
        help: "Take matrices that are quantised already; they lose more than from the original.")
    var allowsRequantizing = false

    @Option(name: .shortAndLong, help: "Threads; physical cores where nothing is given.")
    var threads: Int?

    @Flag(help: "Write one JSON object, with the error of each matrix.")
    var json = false

    func validate() throws {
        guard weightFormat == .int4 || (groupSize ?? -1 == -1 && ratio == nil && !allLayers) else {
            throw ValidationError("--group-size, --ratio and --all-layers go with --weight-format int4.")
        }
        guard weightFormat != .fp16 || (symmetry == nil && groupSize == nil) else {
            throw ValidationError("--sym, --asym and --group-size go with integers, not with --weight-format fp16.")
        }
        guard [32, 64, 128, -1].contains(groupSize ?? -1) else {
            throw ValidationError("--group-size must be 32, 64, 128 or -1.")
        }
        guard (0...1).contains(ratio ?? 1) else { throw ValidationError("--ratio must be from 0 to 1.") }
        guard (1...Compute.maximumThreadCount).contains(threads ?? 1) else {
            throw ValidationError("--threads must be between 1 and \(Compute.maximumThreadCount).")
        }
    }

    private var options: ExportOptions {
        var options = ExportOptions(weightFormat)
        if let groupSize { options.groups = groupSize == -1 ? .rows : .columns(groupSize) }
        options.isSymmetric = symmetry.map { $0 == .sym }
        options.ratio = ratio ?? 1
        options.quantizesAllLayers = allLayers
        options.allowsRequantizing = allowsRequantizing
        return options
    }

    func run() async throws {
        let options = options
        try await ExportRun(source: source, output: output, threads: threads, json: json)
            .write { checkpoint, text, compute in
                try OpenVINOExport(checkpoint, options, tokenizer: text.tokenizer, compute: compute)
            }
    }
}

/// The same words as `quantize` has, with other defaults.
enum ExportSymmetry: String, CaseIterable, EnumerableFlag {
    case sym, asym

    static func help(for value: ExportSymmetry) -> ArgumentHelp? {
        switch value {
        case .sym: "A scale for each group, and no zero point (the default of int4)."
        case .asym: "A scale and a zero point for each group (the default of int8)."
        }
    }
}
