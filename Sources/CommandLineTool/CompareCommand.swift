import ArgumentParser
import Compute
import Foundation
import Generation
import ONNXRuntimeBridge
import OpenVINOBridge
import Swiftlet
import Terminal
import UntrustedInput

/// `swiftlet compare`: the same prompt on several backends, in turn.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract:
            "Runs the same prompt on several backends in turn, and sets speed, memory and agreement side by side.",
        discussion: """
            Each turn is a process of its own, so that none holds memory or threads while another is measured. For OpenVINO and \
            ONNX Runtime the model is the folder that is named with the backend, that of --exported, or MODEL itself. A backend that \
            cannot run is a row that says why.
              swiftlet compare phi3.gguf --exported phi3-openvino --backends cpu,openvino:CPU,openvino:GPU --plot latency.svg
              swiftlet compare phi3.gguf --backends cpu,openvino:CPU=phi3-openvino,onnxruntime:cpu=phi3-onnx
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Option(
        help: ArgumentHelp(
            "cpu, openvino:CPU, openvino:GPU.0, onnxruntime:cpu, onnxruntime:dml …, each with =FOLDER where it has one of its own.",
            valueName: "list"))
    var backends = BackendList([.native, .openVINO(device: "CPU")])

    @Option(
        help: ArgumentHelp(
            "The same model as OpenVINO or ONNX Runtime reads it: a folder that was exported.", valueName: "folder"))
    var exported: String?

    @Option(name: [.customShort("p"), .customLong("n-prompt")], help: "Tokens of the prompt.")
    var promptTokens = 256

    @Option(name: [.customShort("n"), .customLong("n-gen")], help: "Tokens to generate.")
    var generatedTokens = 128

    @Option(
        name: .shortAndLong, help: "A file with the text that the prompt is the beginning of; - for standard input.")
    var file: String?

    @Option(name: .shortAndLong, help: "Turns of each backend; figures are medians.")
    var repetitions = 3

    @Option(
        help: "Tokens of the two windows of text over which predictions are held against the first backend; 0 for none."
    )
    var window = 256

    @Option(name: .shortAndLong, help: "Threads of the CPU backends; physical cores where nothing is given.")
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "One of OpenVINO's properties, for its CPU device and others; may be repeated.", valueName: "key=value"))
    var ovConfig: [OpenVINOSetting] = []

    @Option(help: ArgumentHelp("OpenVINO's library, or a folder with it.", valueName: "path"))
    var openvino: String?

    @Option(help: ArgumentHelp("One of ONNX Runtime's settings; may be repeated.", valueName: "key=value"))
    var ortOption: [ONNXRuntimeSetting] = []

    @Option(help: ArgumentHelp("ONNX Runtime's library, or a folder with it.", valueName: "path"))
    var onnxruntime: String?

    @Flag(help: "Write one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Draw the latency of each token, a line a backend.", valueName: "file.svg"))
    var plot: String?

    @Option(help: ArgumentHelp("The longest that one process may take.", valueName: "seconds"))
    var turnTimeout = 1800

    @Option(help: .hidden)
    var turn: BackendSpec?

    func validate() throws {
        guard repetitions > 0 else { throw ValidationError("--repetitions must be at least 1.") }
        guard promptTokens > 0, generatedTokens > 1 else {
            throw ValidationError("-p must be at least 1, and -n at least 2.")
        }
        guard window == 0 || window >= TextWindows.shortest else {
            throw ValidationError("--window must be 0, or at least \(TextWindows.shortest).")
        }
    }

    func run() async throws {
        let (name, _) = try model.resolve(words, maximumOthers: 0)
        if let turn { return try await measure(turn, name) }
        if let plot { try OutputFile.check(plot) }
        _ = try ModelLocation.find(name)
        for folder in [exported] + backends.specs.map(\.folder) {
            if let folder { _ = try ModelLocation.find(folder) }
        }
        let rows = try race(name)
        let comparison = BackendComparison(
            model: try ModelLocation.find(name).path, promptTokens: promptTokens, generatedTokens: generatedTokens,
            repetitions: repetitions, processor: Processor.name, rows: rows)
        try StandardOutput.writeLine(json ? comparison.report.line : comparison.lines.joined(separator: "\n"))
        if let plot {
            guard let picture = LatencyPlot(comparison) else {
                throw Failure(.failure, "\(plot): no backend has run, there is nothing to draw")
            }
            try OutputFile.write(picture.svg, to: plot)
        }
    }

    // MARK: A turn: the child

    private func measure(_ spec: BackendSpec, _ name: String) async throws {
        let loaded = try await LoadedModel(name, try loadArguments(spec))
        let text = try file.map { try EvaluationText(file: $0) } ?? .builtIn
        let ids = loaded.model.encode(text.text)
        guard ids.count >= promptTokens else {
            throw InputError.outOfRange(
                file: text.name, field: "text", found: "\(ids.count) tokens", expected: "at least \(promptTokens)")
        }
        let turn = try BackendTurn(loaded, prompt: Array(ids[..<promptTokens]), generatedTokens: generatedTokens)
        try StandardOutput.writeLine(turn.report.line)
    }

    private func loadArguments(_ spec: BackendSpec) throws -> LoadArguments {
        try LoadArguments.parse(spec.arguments(self) + ["--context", "\(promptTokens + generatedTokens)"])
    }

    // MARK: The parent

    /// Runs every backend in every turn; one that has failed once is not run again.
    private func race(_ name: String) throws -> [BackendComparison.Row] {
        let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let contest = Contest(limitSeconds: turnTimeout)
        let reference = FileManager.default.temporaryDirectory
            .appendingPathComponent("swiftlet-\(UUID().uuidString).logits").path
        defer { try? FileManager.default.removeItem(atPath: reference) }
        var rows = backends.specs.map { BackendComparison.Row(backend: $0.name) }
        for repetition in 0..<repetitions {
            for (index, spec) in backends.specs.enumerated() where rows[index].failure == nil {
                if StandardError.isTerminal {
                    StandardError.writeLine("swiftlet: turn \(repetition + 1) of \(repetitions): \(spec.name)")
                }
                let model = spec.isNative ? name : spec.folder ?? exported ?? name
                do throws(RivalError) {
                    let (text, peak) = try contest.run(
                        Contest.Side(arguments: [program] + turnArguments(spec, model), name: spec.name))
                    rows[index].turns.append(try BackendTurn(parsing: text, peakMemoryBytes: peak, name: spec.name))
                    if repetition == 0, window > 0 {
                        rows[index].agreement = try agreement(
                            spec, model, program, contest, reference, isReference: index == 0)
                    }
                } catch {
                    rows[index].failure = error.reason
                }
            }
        }
        return rows
    }

    private func turnArguments(_ spec: BackendSpec, _ model: String) -> [String] {
        var arguments = [
            "compare", "--model", model, "--turn", spec.name, "-p", "\(promptTokens)", "-n", "\(generatedTokens)",
        ]
        if let file { arguments += ["--file", file] }
        return arguments + commonArguments
    }

    private var commonArguments: [String] {
        var arguments = openVINOArguments + onnxRuntimeArguments
        if let threads { arguments += ["--threads", "\(threads)"] }
        return arguments
    }

    fileprivate var openVINOArguments: [String] {
        var arguments: [String] = []
        if let openvino { arguments += ["--openvino", openvino] }
        for setting in ovConfig { arguments += ["--ov-config", "\(setting.name)=\(setting.value)"] }
        return arguments
    }

    fileprivate var onnxRuntimeArguments: [String] {
        var arguments: [String] = []
        if let onnxruntime { arguments += ["--onnxruntime", onnxruntime] }
        for setting in ortOption { arguments += ["--ort-option", "\(setting.name)=\(setting.value)"] }
        return arguments
    }

    /// What `perplexity` tells of the predictions: the first backend that runs keeps its own, the others are held against them.
    private func agreement(
        _ spec: BackendSpec, _ model: String, _ program: String, _ contest: Contest, _ reference: String,
        isReference: Bool
    ) throws(RivalError) -> BackendComparison.Agreement? {
        let isThere = FileManager.default.fileExists(atPath: reference)
        guard isReference || isThere else { return nil }
        let kept =
            isReference
            ? ["--save-logits", reference, "--context", "\(window)", "--chunks", "2"]
            : ["--reference-logits", reference]
        let (text, _) = try contest.run(
            Contest.Side(
                arguments: [program, "perplexity", "--model", model, "--json"] + kept + spec.arguments(self),
                name: "\(spec.name), its predictions"))
        return BackendComparison.Agreement(parsing: text)
    }
}

extension BackendSpec {
    /// How other commands are told to run on it.
    fileprivate func arguments(_ command: CompareCommand) -> [String] {
        let threads = command.threads.map { ["--threads", "\($0)"] } ?? []
        switch self {
        case .native: return threads
        case .openVINO(let device, _):
            return ["--backend", "openvino", "--device", device] + threads + command.openVINOArguments
        case .onnxRuntime(let provider, _):
            return ["--backend", "onnxruntime", "--provider", provider] + threads + command.onnxRuntimeArguments
        }
    }
}
