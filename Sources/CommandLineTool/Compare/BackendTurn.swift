import Generation
import Inference
import ONNXRuntimeBridge
import OpenVINOBridge
import UntrustedInput

/// What one backend did in one turn.
struct BackendTurn {
    let engine: String
    /// Until the model was ready, files read and compiled; of it what the device's compiler took.
    let loadSeconds: Double
    let compileSeconds: Double?
    let isFromCache: Bool
    let firstTokenSeconds: Double
    let promptRate: Double
    /// From one token to the next, the first not among them.
    let latencies: [Double]
    /// What is to be known of how the model ran.
    let remarks: [String]
    /// Of the whole process; 0 in that process itself.
    var peakMemoryBytes = 0

    var generationRate: Double { Double(latencies.count) / latencies.reduce(0, +) }

    /// Runs the prompt once for warmth, in part, and once for the clock.
    init(_ loaded: LoadedModel, prompt: [Int], generatedTokens: Int) throws(GenerationError) {
        let backend = loaded.model.backend
        engine = backend.properties.engine
        remarks = loaded.model.remarks
        loadSeconds = loaded.seconds
        let openVINO = backend as? OpenVINOBackend
        compileSeconds = openVINO?.compileSeconds ?? (backend as? ONNXRuntimeBackend)?.sessionSeconds
        isFromCache = openVINO?.isFromCache ?? false
        _ = try Self.run(backend, Array(prompt.prefix(32)), 4)
        let (timings, latencies) = try Self.run(backend, prompt, generatedTokens)
        firstTokenSeconds = timings.timeToFirstTokenSeconds ?? 0
        promptRate = Double(prompt.count) / timings.prefillSeconds
        self.latencies = latencies
    }

    private static func run(
        _ backend: any InferenceBackend, _ prompt: [Int], _ count: Int
    ) throws(GenerationError) -> (timings: Timings, latencies: [Double]) {
        var generator = try TokenGenerator(backend: backend)
        try generator.append(prompt)
        try generator.begin(options: GenerationOptions(maxTokens: count, ignoresEnd: true), endTokens: [])
        var latencies: [Double] = []
        var last: ContinuousClock.Instant?
        while try generator.nextToken() != nil {
            let now = ContinuousClock.now
            if let last { latencies.append((now - last) / .seconds(1)) }
            last = now
        }
        return (generator.timings, latencies)
    }
}

// MARK: From one process to the other

extension BackendTurn {
    var report: Report {
        [
            "engine": .string(engine), "load_s": .number(loadSeconds, digits: 6),
            "compile_s": compileSeconds.map { .number($0, digits: 6) } ?? .null, "from_cache": .bool(isFromCache),
            "first_token_s": .number(firstTokenSeconds, digits: 6), "prompt_per_second": .number(promptRate, digits: 3),
            "latencies_s": .array(latencies.map { .number($0, digits: 7) }),
            "remarks": .array(remarks.map { .string($0) }),
        ]
    }

    /// - Parameter name: of the backend, for errors.
    init(parsing text: String, peakMemoryBytes: Int, name: String) throws(RivalError) {
        let line = text.split(separator: "\n").last.map(String.init) ?? ""
        guard let json = try? JSON(parsing: Array(line.utf8), file: name), let engine = json["engine"]?.string,
            let load = json["load_s"]?.double, let first = json["first_token_s"]?.double,
            let rate = json["prompt_per_second"]?.double,
            let latencies = json["latencies_s"]?.array?.compactMap(\.double), !latencies.isEmpty
        else { throw .noResults(command: name, output: text) }
        self.engine = engine
        loadSeconds = load
        compileSeconds = json["compile_s"]?.double
        isFromCache = json["from_cache"]?.bool ?? false
        firstTokenSeconds = first
        promptRate = rate
        self.latencies = latencies
        remarks = json["remarks"]?.array?.compactMap(\.string) ?? []
        self.peakMemoryBytes = peakMemoryBytes
    }
}
