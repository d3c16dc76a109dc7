import ArgumentParser
import Compute
import ModelHub
import Swiftlet
import Transformer
import UntrustedInput

/// `swiftlet bench`: tokens per second, measured as llama-bench does.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures tokens per second, for prompts (pp) and for generating (tg).",
        discussion: """
            Lists such as -p 128,512 run each combination with the depths. With --against, each repetition is a process \
            of its own, ours and the other engine's in turn:
              swiftlet bench MODEL -r 3 --against 'llama-bench -m MODEL -t 2 -r 1 -o jsonl'
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Option(name: [.customShort("p"), .customLong("n-prompt")], help: "Tokens of the prompt; 0 for no such test.")
    var prompts = Counts([512])

    @Option(name: [.customShort("n"), .customLong("n-gen")], help: "Tokens to generate; 0 for no such test.")
    var generations = Counts([128])

    @Option(
        name: .customLong("pg", withSingleDash: true),
        help: ArgumentHelp("A prompt and what is generated after it, measured as one.", valueName: "p,n"))
    var pairs: [TokenPair] = []

    @Option(name: [.customShort("d"), .customLong("n-depth")], help: "Tokens in the cache before a test.")
    var depths = Counts([0])

    @Option(name: .shortAndLong, help: "How often each test is run, besides a warm-up.")
    var repetitions = 5

    @Option(name: .shortAndLong, help: "md, csv, json or jsonl.")
    var output = BenchFormat.md

    @Option(
        help: ArgumentHelp(
            "Compare with another engine: a command that prints as llama-bench does.", valueName: "command"))
    var against: String?

    @Option(help: ArgumentHelp("The longest that one process of a comparison may take.", valueName: "seconds"))
    var turnTimeout = 1800

    @Flag(help: .hidden)
    var turn = false

    @Option(
        help: ArgumentHelp(
            "Where the time goes, by operation, in one more repetition: - for a table on standard error, else a Chrome trace in this file.",
            valueName: "file"))
    var profile: [String] = []

    @OptionGroup(title: "Loading") var load: LoadArguments

    func validate() throws {
        guard repetitions > 0 else { throw ValidationError("--repetitions must be at least 1.") }
        guard turnTimeout > 0 else { throw ValidationError("--turn-timeout must be at least 1.") }
        guard profile.isEmpty || against == nil else {
            throw ValidationError("--profile and --against exclude each other.")
        }
        guard tests.count == 1 || profile.allSatisfy({ $0 == ProfileSession.table }) else {
            throw ValidationError("--profile writes the trace of one test: there are \(tests.count).")
        }
        guard !tests.isEmpty else { throw ValidationError("No test is left: -p, -n and -pg are all 0.") }
    }

    private var tests: [BenchTest] {
        BenchTest.all(prompts: prompts.values, generations: generations.values, pairs: pairs, depths: depths.values)
    }

    func run() async throws {
        let (name, _) = try model.resolve(words, maximumOthers: 0)
        try ProfileSession.check(profile)
        let file = try ModelLocation.find(name)
        if turn {
            // One turn of a comparison: a single repetition, and nothing besides that would take time or memory.
            try await measure(name, file, BenchSurroundings(), format: .jsonl, repetitions: 1)
        } else {
            let surroundings = try BenchSurroundings(measuring: file, threads: try threads())
            if let against {
                try compare(with: against, surroundings)
            } else {
                try await measure(name, file, surroundings, format: output, repetitions: repetitions)
            }
        }
    }

    private func threads() throws -> Int { try load.threads ?? Compute().threadCount }

    private func measure(
        _ name: String, _ file: LocalModel, _ surroundings: BenchSurroundings, format: BenchFormat, repetitions: Int
    ) async throws {
        var load = load
        load.threads = try threads()
        let loaded = try await LoadedModel(name, load)
        let backend = loaded.model.backend
        let native = (backend as? TransformerBackend)?.configuration.defaultCacheType
        let cacheType = (load.kvType?.type ?? native)?.rawValue ?? "of the device"
        var table = BenchTable(
            format: format,
            setting: BenchSetting(
                model: loaded.model.name, modelFile: file.path, modelBytes: file.size,
                modelHash: surroundings.modelHash, engine: backend.properties.engine,
                precision: load.precisionName, cacheType: cacheType, threads: load.threads ?? 1,
                processor: Processor.name, bandwidth: surroundings.bandwidth))
        if let opening = table.opening { try StandardOutput.writeLine(opening) }
        let meter = EnergyMeter.system
        let runner = BenchRunner(backend: backend, repetitions: repetitions, meter: meter, profile: profile)
        for test in tests {
            let row = BenchTable.Row(try runner.result(of: test), showsEnergy: meter != nil)
            try StandardOutput.writeLine(table.add(row))
        }
        if let closing = table.closing { try StandardOutput.writeLine(closing) }
    }
}
