import ArgumentParser
import Compute
import ModelHub
import Swiftlet

/// `swiftlet bench`: tokens per second, measured as llama-bench does.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures tokens per second, for prompts (pp) and for generating (tg).",
        discussion: "Lists such as -p 128,512 run each combination with the depths.")

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Option(name: [.customShort("p"), .customLong("n-prompt")], help: "Tokens of the prompt; 0 for no such test.")
    var prompts = Counts([512])

    @Option(name: [.customShort("n"), .customLong("n-gen")], help: "Tokens to generate; 0 for no such test.")
    var generations = Counts([128])

    @Option(name: [.customShort("d"), .customLong("n-depth")], help: "Tokens in the cache before a test.")
    var depths = Counts([0])

    @Option(name: .shortAndLong, help: "How often each test is run, besides a warm-up.")
    var repetitions = 5

    @Option(name: .shortAndLong, help: "md, csv, json or jsonl.")
    var output = BenchFormat.md

    @OptionGroup(title: "Loading") var load: LoadArguments

    func validate() throws {
        guard repetitions > 0 else { throw ValidationError("--repetitions must be at least 1.") }
    }

    func run() async throws {
        let (name, _) = try model.resolve(words, maximumOthers: 0)
        let file = try ModelLocation.find(name)
        var load = load
        let threads = try load.threads ?? Compute().threadCount
        load.threads = threads
        let loaded = try await LoadedModel(name, load)
        let backend = loaded.model.backend
        let tests = BenchTest.all(prompts: prompts.values, generations: generations.values, depths: depths.values)

        let cacheType = load.kvType?.type ?? loaded.model.configuration.defaultCacheType
        var table = BenchTable(
            format: output,
            setting: BenchSetting(
                model: loaded.model.name, modelFile: file.path, modelBytes: file.size,
                modelHash: try ModelHash.sha256(of: file), engine: backend.properties.engine,
                precision: load.precisionName, cacheType: cacheType.rawValue, threads: threads,
                processor: Processor.name, bandwidth: MemoryBandwidth.measure(threads: threads)))
        if let header = table.header { try StandardOutput.writeLine(header) }
        let runner = BenchRunner(backend: backend, repetitions: repetitions)
        for test in tests {
            let result = BenchResult(test: test, seconds: try runner.seconds(of: test))
            try StandardOutput.writeLine(table.add(result))
        }
        if let footer = table.footer { try StandardOutput.writeLine(footer) }
    }
}

extension BenchFormat: ExpressibleByArgument {}

/// Counts separated by commas, as llama-bench takes them.
struct Counts: ExpressibleByArgument {
    let values: [Int]

    init(_ values: [Int]) { self.values = values }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count, values.allSatisfy({ (0...1 << 20).contains($0) }) else { return nil }
        self.values = values
    }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
