public import Checkpoints
internal import Compute
public import Inference
import Synchronization
public import Transformer

/// A model that OpenVINO computes: on its CPU device, a GPU, an NPU, or what it chooses.
///
/// Each sequence is a request with a cache of its own inside OpenVINO. Its logits come as exactly as the device has
/// them; that they do not depend on how tokens are cut into calls, as the native backend promises, no device does.
public final class OpenVINOBackend: InferenceBackend, @unchecked Sendable {
    public let properties: ModelProperties
    /// What a user should know of how the model runs: the device really used, the lengths it was compiled for.
    public let remarks: [String]
    /// Seconds that the device's compiler took, or reading what it made another time.
    public let compileSeconds: Double
    /// Whether the compiled model was kept from another time.
    public let isFromCache: Bool

    /// A pass with tokens behind it is slow: on the CPU device the second 256 of a prompt took 1.7 times as long as the first,
    /// and two such passes 1.25 times as long as one of 512. Between passes a generation can be cancelled.
    private static let prefillTokens = 1_024

    let interface: ModelInterface
    /// Whether the head runs only for the rows that are wanted.
    package var selectsRows: Bool { interface.selectsRows }
    let limits: SequenceLimits
    private let compiled: CompiledModel
    /// The request that proved at load that the device can make any, for the first sequence.
    private let spare: Mutex<InferRequest?>

    /// Opens the library, reads the model and compiles it.
    ///
    /// - Parameters:
    ///   - checkpoint: a folder that `swiftlet export openvino` or optimum-cli wrote.
    ///   - configuration: of that folder.
    ///   - contextTokens: the most tokens of a sequence.
    ///   - threads: for the CPU device; nil leaves it to OpenVINO.
    /// - Throws: `InputError` for what is wrong with the folder, else ``OpenVINOError``.
    public init(
        checkpoint: Checkpoint, configuration: ModelConfiguration, contextTokens: Int, threads: Int? = nil,
        options: OpenVINOOptions
    ) throws {
        let folder = try ModelFolder(checkpoint)
        let runtime = try OpenVINORuntime(library: options.library)
        try runtime.requireDevice(options)
        let settings = try DeviceSettings(
            options, binPath: folder.binPath, modelTokens: contextTokens,
            hiddenSize: configuration.hiddenSize, threads: threads,
            cacheFolder: options.cacheFolder ?? DeviceSettings.cacheFolder(),
            knows: { runtime.knows($0, device: options.device) })
        let start = ContinuousClock.now
        let (compiled, selectsRows) = try folder.compile(with: runtime, settings)
        interface = try ModelInterface(
            compiled, file: folder.xmlPath, vocabularySize: configuration.vocabularySize, selectsRows: selectsRows)
        do throws(CallFailure) {
            spare = Mutex(try compiled.makeRequest())
        } catch {
            throw OpenVINOError.compileFailed(device: options.device, file: folder.xmlPath, detail: error.message)
        }
        compileSeconds = (ContinuousClock.now - start) / .seconds(1)
        isFromCache = compiled.property("LOADED_FROM_CACHE") == "YES"
        let context = min(contextTokens, settings.capacity ?? .max)
        limits = SequenceLimits(
            contextTokens: context, promptTokens: settings.promptLimit,
            cacheBytesPerToken: options.device == "CPU"
                ? configuration.cacheBytes(tokens: 1_024, type: .f16) / 1_024 : nil,
            rotaryBoundary: configuration.ropeScaling?.originalContextTokens)
        let device = UsedDevice(compiled, settings)
        properties = ModelProperties(
            engine: "openvino:\(device.name)", vocabularySize: configuration.vocabularySize, contextTokens: context,
            prefillChunkTokens: settings.promptLimit ?? min(context, Self.prefillTokens))
        remarks = device.remarks + runtime.remarks
        self.compiled = compiled
    }

    /// Bytes of the constants of an exported folder.
    public static func weightBytes(of checkpoint: Checkpoint) throws -> Int {
        try ModelFolder.weightBytes(of: checkpoint)
    }

    public func makeSequence() throws(InferenceError) -> any InferenceSequence {
        if let request = spare.withLock({ $0.take() }) { return OpenVINOSequence(backend: self, request: request) }
        return OpenVINOSequence(backend: self, request: try makeRequest())
    }

    func makeRequest() throws(InferenceError) -> InferRequest {
        do throws(CallFailure) { return try compiled.makeRequest() } catch { throw failure(error) }
    }

    func failure(_ error: CallFailure) -> InferenceError {
        .backendFailed(backend: properties.engine, detail: error.message)
    }

    public func forward(_ slices: [SequenceSlice], into logits: LogitRows) throws(InferenceError) {
        let sequences = try validated(slices, as: OpenVINOSequence.self)
        logits.resize(rows: slices.reduce(0) { $0 + $1.rowCount })
        var row = 0
        for (sequence, slice) in zip(sequences, slices) {
            try sequence.run(slice.tokens, asking: slice.logits, into: logits, firstRow: row)
            row += slice.rowCount
        }
    }
}

extension OpenVINORuntime {
    fileprivate var remarks: [String] {
        version.isTested
            ? []
            : ["OpenVINO \(version) has not been tested; \(RuntimeVersion.tested.joined(separator: ", ")) has"]
    }

    /// Whether a device has a property; one that is chosen at run time is not asked.
    func knows(_ name: String, device: String) -> Bool {
        guard !device.contains(":"), let list = property("SUPPORTED_PROPERTIES", of: device) else { return false }
        return list.split { $0 == " " || $0 == "," }.contains { $0.prefix { $0 != ":" } == name[...] }
    }
}
