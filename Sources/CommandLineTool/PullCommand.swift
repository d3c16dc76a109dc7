import ArgumentParser
import ModelHub
import Terminal

/// `swiftlet pull`: brings a model from a Hugging Face hub into the cache that all programs share.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Brings a model from the Hugging Face hub.",
        discussion: """
            NAME is organisation/name, with :quantisation or :file behind it where a repository has several models. A pull
            that broke goes on where it stopped. HF_ENDPOINT, HF_TOKEN, HF_HUB_CACHE and HF_HUB_OFFLINE are followed.
            """)

    @Argument(help: "Such as microsoft/Phi-3-mini-4k-instruct-gguf:q4.")
    var name: String

    @Option(help: "A branch, tag or commit.")
    var revision = "main"

    func run() async throws {
        let bar = ProgressBar("pulling", unit: .bytes)
        let client = HubClient()
        let name = name
        let revision = revision
        let model = try await stoppable {
            defer { bar.finish() }
            return try await client.pull(name, revision: revision) { progress in
                bar.update(done: progress.received, total: progress.total, perSecond: progress.bytesPerSecond)
            }
        }
        // The path is what a script wants to go on with.
        try StandardOutput.writeLine(model.path)
        if StandardError.isTerminal { StandardError.writeLine("Run it with: swiftlet run \(model.name) \"…\"") }
    }
}
