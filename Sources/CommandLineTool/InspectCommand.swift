import ArgumentParser
import Checkpoints
import UntrustedInput

/// `swiftlet inspect`: what is in a model, without loading it.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows a model's configuration, tensors, tokenizer and chat format.",
        discussion: """
            Works for folders with only tokenizer files and for GGUF files with only a vocabulary, too. With --tensor, writes
            one tensor, dequantised to f32, to a safetensors file.
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

    func validate() throws {
        guard (tensor == nil) == (output == nil) else { throw ValidationError("--tensor and --output go together.") }
        guard tensor == nil || !json else { throw ValidationError("--tensor and --json exclude each other.") }
    }

    func run() throws {
        let (name, _) = try model.resolve(words, maximumOthers: 0)
        let path = try ModelLocation.resolve(name)
        if let tensor, let output {
            return try TensorExport.write(try Checkpoint.open(path).require(tensor), to: output)
        }
        let inspection = try Inspection(path: path)
        try StandardOutput.writeLine(json ? inspection.report.line : inspection.text)
    }
}
