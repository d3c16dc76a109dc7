import ArgumentParser
import ModelHub
import Terminal

/// `swiftlet models`: what stands on this machine.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Lists the models on this machine.",
        discussion: "Those of the Hugging Face cache, of ./weights and of $XDG_DATA_HOME/swiftlet.")

    @Flag(help: "Write one JSON list.")
    var json = false

    func run() throws {
        let models = HubCache.system.list()
        if json { return try StandardOutput.writeLine(Report.array(models.map(report)).line) }
        if models.isEmpty, StandardError.isTerminal {
            StandardError.writeLine(
                "No models here yet. Bring one with: swiftlet pull microsoft/Phi-3-mini-4k-instruct-gguf")
        }
        let width = models.map { $0.name.count }.max() ?? 0
        for model in models {
            let padding = String(repeating: " ", count: width - model.name.count)
            try StandardOutput.writeBuffered(
                "\(model.name)\(padding)  \(ProgressText.bytes(model.size))  \(model.path)\n")
        }
    }

    private func report(_ model: LocalModel) -> Report {
        [
            "name": .string(model.name), "kind": .string(model.kind.rawValue), "path": .string(model.path),
            "bytes": .integer(model.size),
        ]
    }
}
