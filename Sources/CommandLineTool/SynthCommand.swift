import ArgumentParser
import Terminal
import UntrustedInput

/// `swiftlet synth`: a checkpoint of a known model's shape, with random weights.
struct SynthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract: "Makes a GGUF file of a known model's shape with random weights, to measure speed with.",
        discussion: """
            Every engine that reads GGUF runs the file as fast as the real model; what it answers has no meaning. The head
            and rows that are no whole blocks have the types that llama.cpp's quantiser would give them. Without
            --tokenizer the vocabulary is made up, of the right size.
            """)

    @Option(help: "The model whose shape to take.")
    var like: KnownModel

    @Option(help: "How many layers, where not all.")
    var layers: Int?

    @Option(help: "The type of the matrices.")
    var dtype = SynthType.q4_0

    @Option(help: ArgumentHelp("The GGUF file whose tokenizer to take.", valueName: "file"))
    var tokenizer: String?

    @Option(help: "Other weights for another seed.")
    var seed: UInt64 = 0

    @Option(name: .shortAndLong, help: ArgumentHelp("The GGUF file to write.", valueName: "file"))
    var output: String

    func validate() throws {
        guard (1...Limits.layerCount).contains(layers ?? 1) else {
            throw ValidationError("--layers must be from 1 to \(Limits.layerCount).")
        }
    }

    func run() async throws {
        var shape = like.shape
        if let layers { shape.layerCount = layers }
        let tokenizer =
            try tokenizer.map { try SynthTokenizer(copying: $0, atLeast: shape.vocabularySize) }
            ?? SynthTokenizer(size: shape.vocabularySize)
        let checkpoint = SynthCheckpoint(shape, dtype, tokenizer: tokenizer)
        let (output, seed) = (output, seed)
        let bar = ProgressBar("writing", unit: .bytes)
        try await stoppable {
            defer { bar.finish() }
            try await checkpoint.write(to: output, seed: seed) { bar.update(done: $0, total: $1) }
        }
        if StandardError.isTerminal {
            StandardError.writeLine("Measure its \(checkpoint.weightCount) weights with: swiftlet bench \(output)")
        }
    }
}
