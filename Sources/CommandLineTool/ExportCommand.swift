import ArgumentParser

/// `swiftlet export`: a model as other programs run it.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a model in the format of another engine.",
        subcommands: [ExportOpenVINOCommand.self, ExportONNXCommand.self])
}
