import ArgumentParser
import Checkpoints
import Compute
import Quantization
import Terminal
import UntrustedInput

/// `swiftlet inspect`: what is in a model, without loading it.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows a model's configuration, tensors, tokenizer and chat format.",
        discussion: """
            Works for folders with only tokenizer files and for GGUF files with only a vocabulary, too. With --tensor, writes
            one tensor, dequantised to f32, to a safetensors file. With --errors SOURCE FILE, tells what became of each tensor of
            a model in a GGUF that was made of it, the worst first.
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Flag(help: "Write one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("The tensor to write.", valueName: "name"))
    var tensor: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The safetensors file for --tensor.", valueName: "file"))
    var output: String?

    @Flag(help: "Compare a model with the GGUF that follows it, tensor by tensor.")
    var errors = false

    func validate() throws {
        guard !errors || tensor == nil else { throw ValidationError("--errors and --tensor exclude each other.") }
        guard (tensor == nil) == (output == nil) else { throw ValidationError("--tensor and --output go together.") }
        guard tensor == nil || !json else { throw ValidationError("--tensor and --json exclude each other.") }
    }

    func run() async throws {
        let (name, others) = try model.resolve(words, maximumOthers: errors ? 1 : 0)
        let path = try ModelLocation.resolve(name)
        if errors { return try await compare(path, others) }
        if let tensor, let output {
            return try TensorExport.write(try Checkpoint.open(path).require(tensor), to: output)
        }
        let inspection = try Inspection(path: path)
        try StandardOutput.writeLine(json ? inspection.report.line : inspection.text)
    }

    private func compare(_ path: String, _ others: [String]) async throws {
        guard let name = others.first else { throw ValidationError("--errors takes a model and a GGUF made of it.") }
        let source = try ModelSource(try Checkpoint.open(path))
        let file = try Checkpoint.open(try ModelLocation.resolve(name))
        let bar = ProgressBar("comparing", unit: .bytes, delay: .milliseconds(500))
        let comparison = try await stoppable {
            defer { bar.finish() }
            return try ModelComparison(source, file, compute: try Compute()) { bar.update(done: $0, total: $1) }
        }
        try StandardOutput.writeLine(json ? comparison.report.line : comparison.text)
    }
}
