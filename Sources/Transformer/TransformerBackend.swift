public import Checkpoints
public import Compute
public import Inference

/// The native backend: the transformer computed by Swift kernels on this machine's CPU.
public final class TransformerBackend: InferenceBackend, @unchecked Sendable {
    /// How a model is held in memory.
    public struct Options: Sendable {
        /// How weights are stored: as in the file, dequantised, or quantised at load.
        public var precision: WeightPrecision = .native
        /// What shares a scale in the precisions that quantise.
        public var weightGroups: WeightGroups = .standard
        /// Bits of an activation where it meets integers: 8, or 16 at twice the arithmetic; bytes meet 16 also for 8 where
        /// that costs nothing. F16 and BF16 stay floats for 16, and for 8 become integers of 15 bits. nil for ``defaultActivationBits(hiddenSize:)``.
        public var activationBits: Int?
        /// How keys and values are kept; nil for ``ModelConfiguration/defaultCacheType``.
        public var cacheType: CacheType?
        /// The most tokens of a sequence; nil for what the model was made for.
        public var contextTokens: Int?
        /// Tokens that run through the layers together. More share each pass over the weights, but the wave of
        /// activations leaves the cache: for Phi-3-mini a row of the wave is 172 KB.
        public var prefillChunkTokens = 256

        public init() {}

        /// 16 for narrow models, 8 for the others.
        ///
        /// A small model feels the rounding more and has arithmetic to spare: over SmolLM2-135M in Q4_1 the mean change of
        /// ln p falls from 0.059 to 0.0009 (llama.cpp: 0.060), and the divergence from floats from 0.0022 nats to 0.000001.
        /// 8 bits for q, k and v, for gate and up, or for down shift the perplexity by one or two thousandths. From 2048
        /// columns on a prompt is bound by arithmetic.
        static func defaultActivationBits(hiddenSize: Int) -> Int { hiddenSize < 2048 ? 16 : 8 }
    }

    public let configuration: ModelConfiguration
    public let properties: ModelProperties
    let transformer: Transformer
    /// Tells where the time of a token goes, if it is asked to.
    package var recorder: OperationRecorder { transformer.compute.recorder }
    /// Tells what meets the columns of the matrices, if it is asked to.
    package var inputSquares: InputSquares { transformer.compute.inputSquares }
    private let cacheType: CacheType
    // Kept from call to call, so that a call allocates nothing.
    private var pass = Pass()
    private var sequences: [TransformerSequence] = []

    /// Loads the weights of a checkpoint.
    ///
    /// - Throws: `InputError` where the checkpoint is not what it should be, `ComputeError` where memory runs out.
    public init(
        checkpoint: Checkpoint, configuration: ModelConfiguration, compute: Compute, options: Options = Options(),
        progress: ((WeightLoadProgress) -> Void)? = nil
    ) throws {
        let weights = try TransformerWeights(
            checkpoint: checkpoint, configuration: configuration, precision: options.precision,
            groups: options.weightGroups,
            activationBits: options.activationBits
                ?? Options.defaultActivationBits(hiddenSize: configuration.hiddenSize),
            compute: compute, progress: progress)
        self.configuration = configuration
        cacheType = options.cacheType ?? configuration.defaultCacheType
        let contextTokens = min(options.contextTokens ?? .max, configuration.contextTokens)
        let chunk = max(1, min(options.prefillChunkTokens, contextTokens))
        transformer = Transformer(configuration: configuration, weights: weights, compute: compute, rows: chunk)
        properties = ModelProperties(
            engine: "cpu/\(compute.instructionSet.rawValue)", vocabularySize: configuration.vocabularySize,
            contextTokens: contextTokens, prefillChunkTokens: chunk)
    }

    public func makeSequence() throws(InferenceError) -> any InferenceSequence {
        TransformerSequence(
            backend: ObjectIdentifier(self),
            cache: KeyValueCache(
                layerCount: configuration.layerCount, shape: configuration.attentionShape, type: cacheType),
            rotary: transformer.rotary, contextTokens: properties.contextTokens)
    }

    public func forward(_ slices: [SequenceSlice], into logits: LogitRows) throws(InferenceError) {
        try forward(slices, into: logits, observe: nil)
    }

    /// As ``forward(_:into:)``, showing the residual stream as it passes.
    ///
    /// - Parameter observe: called with the layer (0 before the first, k after the k-th), the index of the slice,
    ///   the position of the token in its sequence, and the hidden state (hidden).
    public func forward(
        _ slices: [SequenceSlice], into logits: LogitRows,
        observe: ((_ layer: Int, _ slice: Int, _ position: Int, _ hidden: [Float]) -> Void)?
    ) throws(InferenceError) {
        defer { sequences.removeAll(keepingCapacity: true) }
        try validate(slices)
        logits.resize(rows: slices.reduce(0) { $0 + $1.rowCount })
        var nextLogitRow = 0
        for (index, slice) in slices.enumerated() {
            var remaining = slice.tokens
            while !remaining.isEmpty {
                let room = transformer.rowCapacity - pass.tokens.count
                pass.append(remaining.prefix(room), of: slice, index, sequences[index], isEnd: remaining.count <= room)
                remaining = remaining.dropFirst(room)
                if pass.tokens.count == transformer.rowCapacity { runPass(logits, &nextLogitRow, observe) }
            }
        }
        runPass(logits, &nextLogitRow, observe)
    }

    // MARK: One pass

    /// The tokens that run through the layers together, cut from one or several slices.
    private struct Pass {
        var tokens: [Int] = []
        var slices: [Transformer.Slice] = []
        var sliceIndices: [Int] = []
        /// Rows of the wave whose logits are wanted.
        var logitRows: [Int] = []

        mutating func append(
            _ new: ArraySlice<Int>, of slice: SequenceSlice, _ index: Int, _ sequence: TransformerSequence, isEnd: Bool
        ) {
            let rows = tokens.count..<tokens.count + new.count
            slices.append(
                Transformer.Slice(
                    rows: rows, firstPosition: sequence.count, cache: sequence.cache, factors: sequence.factors))
            sliceIndices.append(index)
            tokens.append(contentsOf: new)
            switch slice.logits {
            case .none: break
            case .last: if isEnd { logitRows.append(rows.upperBound - 1) }
            case .all: logitRows.append(contentsOf: rows)
            }
        }

        mutating func clear() {
            tokens.removeAll(keepingCapacity: true)
            slices.removeAll(keepingCapacity: true)
            sliceIndices.removeAll(keepingCapacity: true)
            logitRows.removeAll(keepingCapacity: true)
        }
    }

    private func runPass(
        _ logits: LogitRows, _ nextLogitRow: inout Int, _ observe: ((Int, Int, Int, [Float]) -> Void)?
    ) {
        guard !pass.tokens.isEmpty else { return }
        recorder.beginPass(tokens: pass.tokens.count)
        defer { recorder.endPass() }
        transformer.forward(
            pass.tokens, slices: pass.slices,
            observe: observe.map { observe in
                { layer, hidden in
                    for (slice, index) in zip(self.pass.slices, self.pass.sliceIndices) {
                        for row in slice.rows {
                            observe(
                                layer, index, slice.firstPosition + row - slice.rows.lowerBound, hidden.copyRow(row))
                        }
                    }
                }
            })
        for slice in pass.slices { slice.cache.advance(to: slice.firstPosition + slice.rows.count) }
        let firstRow = nextLogitRow
        transformer.logits(ofRows: pass.logitRows) { index, values, row in
            logits.write(row: firstRow + index) { all, range in
                var span = all.mutableSpan
                var destination = span._mutatingExtracting(range)
                values.read(row: row, into: &destination)
            }
        }
        nextLogitRow += pass.logitRows.count
        pass.clear()
    }

    /// Proves what the kernels rely on: known ids, own and distinct sequences, room in the caches; gathers the sequences.
    private func validate(_ slices: [SequenceSlice]) throws(InferenceError) {
        for slice in slices {
            guard let sequence = slice.sequence as? TransformerSequence, sequence.backend == ObjectIdentifier(self)
            else { throw .invalidBatch(reason: "a sequence of another backend") }
            guard !sequences.contains(where: { $0 === sequence }) else {
                throw .invalidBatch(reason: "the same sequence twice")
            }
            guard !slice.tokens.isEmpty else { throw .invalidBatch(reason: "a slice without tokens") }
            for id in slice.tokens where id < 0 || id >= properties.vocabularySize {
                throw .tokenOutOfRange(id: id, vocabularySize: properties.vocabularySize)
            }
            let end = sequence.count + slice.tokens.count
            guard end <= sequence.reservedTokens else {
                throw .invalidBatch(reason: "\(end) tokens in a sequence with room for \(sequence.reservedTokens)")
            }
            guard sequence.cache.grow(toTokens: end) else {
                throw .outOfMemory(
                    neededBytes: sequence.cache.missingBytes(forTokens: end),
                    availableBytes: SystemMemory.availableBytes ?? 0)
            }
            sequences.append(sequence)
        }
    }
}

extension ModelConfiguration {
    /// f32 where a token of context takes at most 16 KiB, too little to be felt; else f16, which halves what every step
    /// of a long conversation reads, and changes logits by some thousandths.
    public var defaultCacheType: CacheType {
        cacheBytes(tokens: CachePages.pageTokens, type: .f32) / CachePages.pageTokens <= 16 << 10 ? .f32 : .f16
    }

    /// Bytes of the key-value cache of a sequence that has grown to this length.
    public func cacheBytes(tokens: Int, type: CacheType) -> Int {
        KeyValueCache.bytes(tokens: tokens, layerCount: layerCount, shape: attentionShape, type: type)
    }
}
