import ArgumentParser

/// `swiftlet`: one file for each command, named after it.
@main struct SwiftletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swiftlet",
        abstract: "Runs the Phi-3 family of language models, and Llama-shaped ones, on this machine's CPU.",
        discussion: """
            A model is a GGUF file, a Hugging Face folder, or a name such as microsoft/Phi-3-mini-4k-instruct-gguf.
            Generated text alone goes to standard output, everything else to standard error.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, ChatCommand.self, InspectCommand.self, TokenizeCommand.self, LogitsCommand.self,
            PullCommand.self, ModelsCommand.self, DevicesCommand.self, BenchCommand.self, CompareCommand.self,
            PerplexityCommand.self, KernelsCommand.self, CalibrateCommand.self, QuantizeCommand.self,
            ExportCommand.self, SynthCommand.self,
        ])

    static func main() async {
        _ = Interruption.listener
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            try StandardOutput.flush()
        } catch {
            leave(with: error)
        }
    }

    /// Tells what went wrong in one line and ends the process with the code that stands for it.
    private static func leave(with error: any Error) -> Never {
        guard let failure = Failure(error) else {
            // The parser knows its own: help and version leave with 0, mistakes with 64 and the usage, others with 1.
            exit(withError: error)
        }
        // A closed pipe may show first in this flush; there is nobody left to tell.
        try? StandardOutput.flush()
        if let message = failure.message { StandardError.writeLine("swiftlet: \(message)") }
        exit(withError: failure.status.exitCode)
    }
}
