internal import Compute
internal import Inference

/// A sequence whose cache ONNX Runtime reads and writes.
final class ONNXRuntimeSequence: ReservedSequence, @unchecked Sendable {
    let backend: ONNXRuntimeBackend
    var owner: ObjectIdentifier { ObjectIdentifier(backend) }
    private(set) var count = 0
    /// The most that room was made for.
    private(set) var reservedTokens = 0
    /// The length that the tokens at hand will bring the sequence to.
    private var targetTokens = 0
    /// LongRoPE: whether the keys in the cache were turned by the long factors' angles.
    private var isLong = false
    /// Where tokens behind a cache run one by one, a run over all of them costs about as much as so many.
    private static let tokensWorthARestart = 16
    private let binding: Binding
    private let store: any KeyValueStore

    init(backend: ONNXRuntimeBackend, binding: Binding) {
        self.backend = backend
        self.binding = binding
        store = backend.makeStore()
    }

    private var configuration: GenAIConfiguration { backend.interface.configuration }

    func reserve(totalTokens: Int) throws(InferenceError) -> Int {
        let limit = backend.properties.contextTokens
        guard totalTokens <= limit else { throw .contextExceeded(requested: totalTokens, limit: limit) }
        if totalTokens > reservedTokens { try checkMemory(totalTokens - reservedTokens) }
        if let boundary = backend.rotaryBoundary {
            let willBeLong = totalTokens > boundary
            if isLong != willBeLong { truncate(to: 0) }
            isLong = willBeLong
        }
        let isLongerTurn = backend.continuesByToken && totalTokens - count > Self.tokensWorthARestart
        if isLongerTurn || !store.keeps(total: max(totalTokens, maskTokens(totalTokens, of: totalTokens))) {
            truncate(to: 0)
        }
        reservedTokens = max(reservedTokens, totalTokens)
        targetTokens = totalTokens
        return count
    }

    func truncate(to count: Int) {
        guard count < self.count else { return }
        self.count = store.truncate(to: max(0, count))
    }

    func interrupt() { binding.interrupt() }

    private func checkMemory(_ tokens: Int) throws(InferenceError) {
        guard let bytes = backend.cacheBytesPerToken, let available = SystemMemory.availableBytes else { return }
        let (needed, overflow) = bytes.multipliedReportingOverflow(by: tokens)
        guard !overflow, needed <= available / 10 * 9 else {
            throw .outOfMemory(neededBytes: overflow ? .max : needed, availableBytes: available)
        }
    }

    // MARK: Running

    /// Runs tokens and writes the logits of the last `rows` of them. After an error the sequence is as it was.
    func run(_ tokens: [Int], rows: Int, into logits: LogitRows, firstRow: Int) throws(InferenceError) {
        let before = count
        guard backend.continuesByToken, count > 0, tokens.count > 1 else {
            return try runPiece(tokens, rows: rows, into: logits, firstRow: firstRow)
        }
        do throws(InferenceError) {
            for (index, token) in tokens.enumerated() {
                let row = index - (tokens.count - rows)
                try runPiece([token], rows: row < 0 ? 0 : 1, into: logits, firstRow: firstRow + max(0, row))
            }
        } catch {
            truncate(to: before)
            throw error
        }
    }

    private func runPiece(
        _ tokens: [Int], rows: Int, into logits: LogitRows, firstRow: Int
    ) throws(InferenceError) {
        if let boundary = backend.rotaryBoundary, !backend.masksAhead, targetTokens > boundary,
            count + tokens.count <= boundary
        {
            throw .invalidBatch(
                reason: "a part of a sequence that goes past \(boundary) tokens: this model takes them in one call only"
            )
        }
        let outputs: [Tensor]?
        do throws(CallFailure) {
            let total = count + tokens.count
            // Room for all that is to come, so that a long prompt does not grow the cache chunk by chunk.
            let room = max(maskTokens(total, of: targetTokens), targetTokens)
            // First, so that it comes first among the outputs.
            try binding.bindToHost(output: configuration.logits)
            try store.prepare(binding, count: count, total: room)
            try bindInputs(tokens, total: total, rows: rows)
            outputs = try binding.run() ? try binding.outputs() : nil
            if let outputs {
                guard let first = outputs.first else { throw CallFailure(message: "a run without outputs") }
                try write(first, rows, to: logits, firstRow)
                store.take(Array(outputs.dropFirst()))
                count = total
            }
        } catch {
            throw backend.failure(error)
        }
        guard outputs != nil else { throw .interrupted }
    }

    private func bindInputs(_ tokens: [Int], total: Int, rows: Int) throws(CallFailure) {
        let interface = backend.interface
        try bind(configuration.tokens, [1, tokens.count], tokens.map { Int64($0) })
        let length = maskTokens(total, of: targetTokens)
        try bind(
            configuration.mask, [1, length],
            [Int64](repeating: 1, count: total) + [Int64](repeating: 0, count: length - total))
        if interface.takesPositions {
            try bind(configuration.positions, [1, tokens.count], (count..<total).map { Int64($0) })
        }
        if interface.selectsRows {
            // Of no rows the last is computed: a head over nothing is no shape that every provider knows.
            try bind(ONNXDocument.rowSelectionInput, [1], [Int64(tokens.count - max(1, rows))])
        }
    }

    private func bind(_ name: String, _ shape: [Int], _ values: [Int64]) throws(CallFailure) {
        let memory = HostMemory(byteCount: values.count * 8)
        memory.write(values)
        let tensor = try Tensor(backend.session.runtime, memory, type: .i64, shape: shape)
        try binding.bind(input: name, to: tensor)
        inputs[name] = tensor
    }

    /// What is bound must stay as long as it is.
    private var inputs: [String: Tensor] = [:]

    /// How long the mask is. The model picks LongRoPE's factors by it; the attention itself counts the ones in it. So a mask
    /// with zeros at its end says of a prompt's first tokens that the sequence will be long.
    private func maskTokens(_ total: Int, of targetTokens: Int) -> Int {
        guard backend.masksAhead, let boundary = backend.rotaryBoundary, targetTokens > boundary else { return total }
        return max(total, boundary + 1)
    }

    /// Copies the last rows of the logits.
    private func write(
        _ output: Tensor, _ rows: Int, to logits: LogitRows, _ firstRow: Int
    ) throws(CallFailure) {
        let vocabulary = backend.properties.vocabularySize
        guard output.columnCount == vocabulary, output.rowCount >= rows, output.type.isFloat else {
            throw CallFailure(
                message: "logits \(output.type) of shape \(output.shape), expected \(rows) rows of \(vocabulary) floats"
            )
        }
        var failure: CallFailure?
        for row in 0..<rows {
            logits.write(row: firstRow + row) { values, range in
                do throws(CallFailure) {
                    try output.copyRow(output.rowCount - rows + row, into: &values, range)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }
}
