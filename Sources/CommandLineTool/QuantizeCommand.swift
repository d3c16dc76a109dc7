import ArgumentParser
import Checkpoints
import Compute
import Kernels
import Quantization
import Tensors
import Terminal

/// `swiftlet quantize`: a model in fewer bits, as a standard GGUF file.
struct QuantizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Writes a model in fewer bits, as a GGUF file.",
        discussion: """
            SOURCE is a Hugging Face folder, a GGUF file (any part of a split one), or a name. Scales are searched for the least
            squared error, weighted by activations where --imatrix tells them. Norms stay in f32; the output head gets six
            bits, or eight where its rows are no blocks of 256. No more than a slice of a tensor is in memory, but for
            --ratio, which runs the model; a run that is interrupted leaves nothing.

            --type takes GGUF's names: f32 f16 bf16 q8_0 q6_k q5_k q5_k_m q5_1 q5_0 q4_k q4_k_m q4_1 q4_0; the two with _m give
            six bits to half of the value and down projections. --weight-format takes those of OpenVINO's tools: int4 is q4_0,
            or q4_1 with --asym, int8 is q8_0.
            """)

    @Argument(help: "The model to read.")
    var source: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The GGUF file to write.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "f32, f16, bf16, int8 or int4; int4 where neither this nor --type is given.", valueName: "format"))
    var weightFormat: WeightFormat?

    @Option(help: ArgumentHelp("The type by its GGUF name.", valueName: "type"))
    var type: TypeMixture?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Weights to a scale: 32 in GGUF; 64, 128 and -1 (a row) need other formats.", valueName: "n"))
    var groupSize: Int?

    @Flag(exclusivity: .exclusive)
    var symmetry: WeightFormat.Symmetry?

    @Option(
        help: ArgumentHelp(
            "The share of the layers' weights that get int4; the rest, those that lose most by it, get int8.",
            valueName: "r"))
    var ratio: Double?

    @Option(
        help: ArgumentHelp(
            "What --ratio goes by. divergence: how far predictions move when a matrix alone gets int4, over some text, with "
                + "the model in memory. error: how far its weights move, without running it.",
            valueName: "measure"))
    var sensitivity: Sensitivity?

    @Flag(
        name: [.customLong("keep-output"), .customLong("leave-output-tensor")],
        help: "Leave the output head as it is.")
    var keepsOutput = false

    @Flag(
        name: .customLong("allow-requantize"),
        help: "Take matrices that are quantised already; they lose more than from the original.")
    var allowsRequantizing = false

    @Option(
        help: ArgumentHelp(
            "Weight errors by activations: a file of calibrate, or of llama-imatrix.", valueName: "file"))
    var imatrix: String?

    @Option(
        help: ArgumentHelp(
            "searched, or fixed: from each block's extremes, byte for byte as gguf-py does it.", valueName: "rule"))
    var scales = ScaleRule.searched

    @Option(name: .shortAndLong, help: "Threads; physical cores where nothing is given.")
    var threads: Int?

    @Flag(help: "Write one JSON object, with the error of each tensor.")
    var json = false

    func validate() throws {
        let mixture = try mixture()
        let types = TypeMixture.writable.map(\.rawValue).joined(separator: ", ")
        guard TypeMixture.writable.contains(mixture) else {
            throw ValidationError("--type \(mixture.rawValue) is read, not written; written are \(types).")
        }
        guard type == nil || (groupSize == nil && symmetry == nil && ratio == nil) else {
            throw ValidationError("--group-size, --sym, --asym and --ratio go with --weight-format, not with --type.")
        }
        guard sensitivity == nil || ratio != nil else { throw ValidationError("--sensitivity goes with --ratio.") }
        guard ratio == nil || (weightFormat ?? .int4) == .int4 else {
            throw ValidationError("--ratio shares layers between int4 and int8, and goes with --weight-format int4.")
        }
        guard (0...1).contains(ratio ?? 1) else { throw ValidationError("--ratio must be from 0 to 1.") }
        guard scales == .searched || mixture.base.isDense || mixture.base.hasFixedScales else {
            throw ValidationError("--scales fixed has no rule for \(mixture.rawValue).")
        }
        guard (1...Compute.maximumThreadCount).contains(threads ?? 1) else {
            throw ValidationError("--threads must be between 1 and \(Compute.maximumThreadCount).")
        }
    }

    private func mixture() throws -> TypeMixture {
        guard let type else {
            let groupSize = groupSize ?? 32
            guard [32, 64, 128, -1].contains(groupSize) else {
                throw ValidationError("--group-size must be 32, 64, 128 or -1.")
            }
            return try (weightFormat ?? .int4).mixture(groupSize: groupSize, symmetry: symmetry ?? .sym)
        }
        guard weightFormat == nil else { throw ValidationError("--type and --weight-format exclude each other.") }
        return type
    }

    func run() async throws {
        let path = try ModelLocation.resolve(source)
        let checkpoint = try Checkpoint.open(path)
        try OutputFile.check(output, isNotOf: checkpoint)
        var options = QuantizationOptions(try mixture())
        options.ratio = ratio ?? 1
        options.keepsOutput = keepsOutput
        options.allowsRequantizing = allowsRequantizing
        options.rule = scales
        options.importance = try imatrix.map { try ImportanceMatrix(path: $0) }
        let model = try ModelSource(checkpoint)
        let compute = try Compute(threads: threads)
        let (output, settled, threads) = (output, options, threads)
        let needsMeter = options.ratio > 0 && options.ratio < 1 && sensitivity != .error
        let start = ContinuousClock.now
        // What would be refused had better be known before the model is loaded.
        options.ratio = 1
        _ = try QuantizationPlan(model, options, compute: compute)
        let report = try await stoppable {
            let meter = needsMeter ? try await SensitivityMeter(path, threads: threads, text: .builtIn) : nil
            let plan = try Self.plan(model, settled, compute, meter)
            let bar = ProgressBar("quantising", unit: .bytes, delay: .milliseconds(500))
            defer { bar.finish() }
            return try Quantizer(plan, compute: compute).write(to: output) { bar.update(done: $0, total: $1) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        StandardError.writeLine(report.text(output))
        if json { try StandardOutput.writeLine(report.report(output, seconds: seconds).line) }
    }

    private static func plan(
        _ model: ModelSource, _ options: QuantizationOptions, _ compute: Compute, _ meter: SensitivityMeter?
    ) throws -> QuantizationPlan {
        guard let meter else { return try QuantizationPlan(model, options, compute: compute) }
        let bar = ProgressBar("trying four bits", unit: .items("matrices"), delay: .milliseconds(500))
        defer { bar.finish() }
        return try QuantizationPlan(
            model, options, compute: compute,
            sensitivity: { trial in
                bar.update(done: trial.index, total: trial.count)
                return try meter.divergence(trial)
            })
    }
}

extension QuantizeCommand {
    /// By what matrices are chosen that keep eight bits.
    enum Sensitivity: String, CaseIterable, ExpressibleByArgument { case divergence, error }
}
