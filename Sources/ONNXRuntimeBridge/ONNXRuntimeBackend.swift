public import Checkpoints
internal import Compute
public import Inference
internal import Synchronization

/// A model that ONNX Runtime computes, by one of its execution providers.
///
/// Each sequence has bindings and a cache of its own. Its logits come as exactly as the provider has them; that they do not
/// depend on how tokens are cut into calls, as the native backend promises, no provider does.
public final class ONNXRuntimeBackend: InferenceBackend, @unchecked Sendable {
    public let properties: ModelProperties
    /// What a user should know of how the model runs.
    public let remarks: [String]
    /// Which provider computes which operation; nil on the CPU's, and where the library does not tell.
    public let assignment: GraphAssignment?
    /// Seconds that the library took to read the model and lay it out for the provider.
    public let sessionSeconds: Double

    let interface: ModelInterface
    /// Whether the head runs only for the rows that are wanted.
    package var selectsRows: Bool { interface.selectsRows }
    /// Whether a sequence's cache is written in place.
    package let sharesBuffer: Bool
    /// Whether tokens behind those of a cache run one by one.
    let continuesByToken: Bool
    let cacheBytesPerToken: Int?
    let rotaryBoundary: Int?
    /// Whether the model goes by the length of the mask while its attention counts the ones in it, so that the length may say how long a
    /// sequence will be.
    let masksAhead: Bool
    let session: Session
    /// The first sequence's bindings, which proved at load that there can be any.
    private let spare: Mutex<Binding?>

    /// Opens the library, reads the model and makes a session of it.
    ///
    /// - Parameters:
    ///   - checkpoint: a folder as `swiftlet export onnx` or ONNX Runtime GenAI's builder writes it.
    ///   - contextTokens: the most tokens of a sequence.
    ///   - threads: of the CPU's operations; nil for as many as the native backend takes.
    /// - Throws: `InputError` for what is wrong with the folder, else ``ONNXRuntimeError``.
    public convenience init(
        checkpoint: Checkpoint, contextTokens: Int, threads: Int? = nil, options: ONNXRuntimeOptions
    ) throws {
        try self.init(
            folder: try ModelFolder(checkpoint), contextTokens: contextTokens, threads: threads, options: options)
    }

    package init(
        folder: ModelFolder, contextTokens: Int, threads: Int? = nil, options: ONNXRuntimeOptions
    ) throws {
        let runtime = try ONNXRuntime(library: options.library)
        let settings = try SessionSettings(
            options, available: runtime.availableProviders(), threads: threads ?? Compute.usableThreadCount,
            folder: folder.folder, tellsAssignment: runtime.version.tellsAssignment)
        let start = ContinuousClock.now
        session = try folder.makeSession(with: runtime, settings)
        interface = try ModelInterface(session, folder.configuration, file: folder.modelPath)
        do throws(CallFailure) {
            spare = Mutex(try Binding(session))
        } catch {
            throw ONNXRuntimeError.sessionFailed(
                provider: settings.provider.name, file: folder.modelPath, detail: error.message)
        }
        sessionSeconds = (ContinuousClock.now - start) / .seconds(1)
        let isOnCPU = settings.provider == .cpu
        continuesByToken = settings.provider.continuesByToken
        sharesBuffer = folder.configuration.sharesBuffer && (isOnCPU || continuesByToken)
        cacheBytesPerToken = isOnCPU ? folder.cacheBytes(tokens: 1, elementBytes: interface.cacheType.byteCount) : nil
        rotaryBoundary = folder.rotaryBoundary
        masksAhead = folder.configuration.sharesBuffer && folder.picksFactorsByMask
        let contextTokens = min(contextTokens, folder.contextTokens)
        // Where neither is possible, a prompt that may be long has to run in one pass.
        let isInOnePass = continuesByToken || rotaryBoundary != nil && !masksAhead
        properties = ModelProperties(
            engine: "onnxruntime:\(settings.provider.name)", vocabularySize: folder.configuration.vocabularySize,
            contextTokens: contextTokens,
            prefillChunkTokens: isInOnePass ? contextTokens : min(contextTokens, isOnCPU ? 512 : 1_024))
        assignment = isOnCPU ? nil : session.assignment()
        remarks = Self.remarks(runtime.version, settings.provider, assignment, folder)
    }

    public func makeSequence() throws(InferenceError) -> any InferenceSequence {
        if let binding = spare.withLock({ $0.take() }) { return ONNXRuntimeSequence(backend: self, binding: binding) }
        do throws(CallFailure) {
            return ONNXRuntimeSequence(backend: self, binding: try Binding(session))
        } catch {
            throw failure(error)
        }
    }

    func makeStore() -> any KeyValueStore {
        guard sharesBuffer else { return HandedOn(session.runtime, interface) }
        let contextTokens = properties.contextTokens
        return session.provider == .cpu
            ? SharedBuffer(session.runtime, interface, contextTokens: contextTokens)
            : DeviceBuffer(session, interface, contextTokens: contextTokens)
    }

    func failure(_ error: CallFailure) -> InferenceError {
        .backendFailed(backend: properties.engine, detail: error.message)
    }

    public func forward(_ slices: [SequenceSlice], into logits: LogitRows) throws(InferenceError) {
        let sequences = try validated(slices, as: ONNXRuntimeSequence.self)
        logits.resize(rows: slices.reduce(0) { $0 + $1.rowCount })
        var row = 0
        for (sequence, slice) in zip(sequences, slices) {
            try sequence.run(Array(slice.tokens), rows: slice.rowCount, into: logits, firstRow: row)
            row += slice.rowCount
        }
    }
}

extension ModelFolder {
    /// Makes a session of the model; if the library takes it, of one whose head runs only for the rows wanted.
    func makeSession(
        with runtime: ONNXRuntime, _ settings: SessionSettings
    ) throws(ONNXRuntimeError) -> Session {
        if let changed = document?.selectingRows(of: configuration.logits) {
            let session = try? runtime.makeSession(model: changed, file: modelPath, settings: settings)
            if let session { return session }
        }
        return try runtime.makeSession(model: nil, file: modelPath, settings: settings)
    }
}
