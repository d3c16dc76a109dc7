public import Checkpoints
public import Inference
public import Transformer

/// Prompts on a device of OpenVINO's, answers on this machine's CPU.
///
/// Accelerators win where many tokens share each pass over the weights; where one token waits for the other the CPU holds its own. So a
/// long stretch of new tokens runs through the device, which shows the keys and values that it made; they are put into the
/// native cache, and the stretch's last token runs natively, for the logits. The same model on both sides: what the device's
/// weights or precision lack is in the cache, and in no other place.
public final class PrefillBackend: InferenceBackend, @unchecked Sendable {
    public let properties: ModelProperties
    let native: TransformerBackend
    let computer: PromptComputer

    /// Fewer tokens run natively: the device would have to read back what was said meanwhile, too.
    static let worthwhileTokens = 32

    /// - Parameters:
    ///   - checkpoint: the exported folder of the same model.
    ///   - configuration: of that folder; its shapes must be the native model's.
    /// - Throws: `InputError` for what is wrong with the folder, ``OpenVINOError`` for what OpenVINO lacks.
    public init(
        native: TransformerBackend, checkpoint: Checkpoint, configuration: ModelConfiguration, threads: Int? = nil,
        options: OpenVINOOptions
    ) throws {
        let own = native.configuration
        guard configuration.hasCache(of: own) else {
            throw OpenVINOError.wrongInterface(
                file: checkpoint.file(named: "config.json"), name: "layers, heads, head size, vocabulary",
                found: configuration.cacheShape, expected: "those of the model that answers: \(own.cacheShape)")
        }
        computer = try PromptComputer(
            checkpoint: checkpoint, configuration: configuration, contextTokens: native.properties.contextTokens,
            threads: threads, options: options)
        self.native = native
        let context = native.properties.contextTokens
        properties = ModelProperties(
            engine: "\(native.properties.engine), prompts openvino:\(computer.deviceName)",
            vocabularySize: native.properties.vocabularySize, contextTokens: context,
            prefillChunkTokens: min(context, 1_024))
    }

    public func makeSequence() throws(InferenceError) -> any InferenceSequence {
        PrefillSequence(backend: self, native: try native.makeSequence())
    }

    public func forward(_ slices: [SequenceSlice], into logits: LogitRows) throws(InferenceError) {
        var rest: [SequenceSlice] = []
        for slice in slices {
            guard let sequence = slice.sequence as? PrefillSequence, sequence.backend === self else {
                throw .invalidBatch(reason: "a sequence of another backend")
            }
            var tokens = slice.tokens
            for id in tokens where id < 0 || id >= properties.vocabularySize {
                throw .tokenOutOfRange(id: id, vocabularySize: properties.vocabularySize)
            }
            if slice.logits != .all, tokens.count > Self.worthwhileTokens {
                try sequence.prefill(Array(tokens.dropLast()))
                tokens = tokens.suffix(1)
            }
            rest.append(SequenceSlice(sequence: sequence.native, tokens: tokens, logits: slice.logits))
        }
        try native.forward(rest, into: logits)
        for (slice, done) in zip(slices, rest) {
            (slice.sequence as? PrefillSequence)?.note(Array(done.tokens))
        }
    }
}

extension ModelConfiguration {
    fileprivate func hasCache(of other: ModelConfiguration) -> Bool { cacheShape == other.cacheShape }

    fileprivate var cacheShape: String {
        "\(layerCount) layers, \(keyValueHeadCount) heads of \(headSize), \(vocabularySize) tokens"
    }
}
