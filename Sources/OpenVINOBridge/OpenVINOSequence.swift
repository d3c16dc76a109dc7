internal import Compute
internal import Inference

/// What bounds a sequence.
struct SequenceLimits {
    let contextTokens: Int
    /// Of a device with fixed shapes: the longest prompt it was compiled for. Further tokens go one by one.
    let promptTokens: Int?
    /// Where the cache is in this machine's memory.
    let cacheBytesPerToken: Int?
    /// LongRoPE: beyond this length all keys are turned by other angles.
    let rotaryBoundary: Int?
}

/// A sequence that OpenVINO keeps the cache of.
///
/// The cache cannot be cut back: C has no door to it. A sequence that is to forget tokens therefore forgets all of them, takes
/// a new request, and its caller runs the others again, as ``reserve(totalTokens:)`` says.
final class OpenVINOSequence: ReservedSequence, @unchecked Sendable {
    let backend: OpenVINOBackend
    var owner: ObjectIdentifier { ObjectIdentifier(backend) }
    /// The most that room was made for.
    private(set) var reservedTokens = 0
    /// The length that the tokens at hand will bring the sequence to.
    private var targetTokens = 0
    /// nil until the next run, where the last one's cache is not good any more.
    private var request: InferRequest?
    /// Tokens in the request's cache.
    private var cachedCount = 0
    /// Tokens that wait for those that bring the sequence past LongRoPE's boundary: the model chooses its angles by the
    /// positions that it sees in one run.
    private var waiting: [Int] = []

    /// A pass over the whole prompt on a device with fixed shapes costs about as much as so many single tokens.
    private static let tokensWorthARestart = 16

    init(backend: OpenVINOBackend, request: InferRequest) {
        self.backend = backend
        self.request = request
    }

    private var limits: SequenceLimits { backend.limits }

    var count: Int { cachedCount + waiting.count }

    func reserve(totalTokens: Int) throws(InferenceError) -> Int {
        guard totalTokens <= limits.contextTokens else {
            throw .contextExceeded(requested: totalTokens, limit: limits.contextTokens)
        }
        if totalTokens > reservedTokens { try checkMemory(totalTokens - reservedTokens) }
        if let prompt = limits.promptTokens {
            if count == 0, totalTokens > prompt { throw .promptExceeded(requested: totalTokens, limit: prompt) }
            if totalTokens <= prompt, totalTokens - count > Self.tokensWorthARestart { forgetAll() }
        }
        if let boundary = limits.rotaryBoundary, 1...boundary ~= cachedCount, totalTokens > boundary { forgetAll() }
        reservedTokens = max(reservedTokens, totalTokens)
        targetTokens = totalTokens
        return count
    }

    func truncate(to count: Int) {
        guard count < self.count else { return }
        if count >= cachedCount {
            waiting.removeLast(self.count - count)
        } else {
            forgetAll()
        }
    }

    private func forgetAll() {
        guard count > 0 else { return }
        request = nil
        cachedCount = 0
        waiting = []
    }

    private func checkMemory(_ tokens: Int) throws(InferenceError) {
        guard let bytes = limits.cacheBytesPerToken, let available = SystemMemory.availableBytes else { return }
        let (needed, overflow) = bytes.multipliedReportingOverflow(by: tokens)
        guard !overflow, needed <= available / 10 * 9 else {
            throw .outOfMemory(neededBytes: overflow ? .max : needed, availableBytes: available)
        }
    }

    // MARK: Running

    /// Runs tokens and writes the rows asked for.
    ///
    /// After an error the sequence is empty: what the request's cache holds then is not known.
    func run(
        _ tokens: ArraySlice<Int>, asking request: SequenceSlice.LogitRequest, into logits: LogitRows, firstRow: Int
    ) throws(InferenceError) {
        let end = count + tokens.count
        if let boundary = limits.rotaryBoundary, end <= boundary, targetTokens > boundary {
            switch request {
            case .none:
                waiting += tokens
                return
            case .all:
                throw .invalidBatch(
                    reason:
                        "logits of tokens before \(boundary), in a sequence that goes past it, need one call that does too"
                )
            // Of single tokens that nobody foresaw the model has the angles of their own length.
            case .last: break
            }
        }
        let tokens = waiting + tokens
        // Rows are wanted of the last so many tokens.
        let wanted = request == .none ? 0 : request == .last ? 1 : tokens.count - waiting.count
        waiting = []
        do throws(InferenceError) {
            var done = 0
            for piece in pieces(of: tokens, wanted: wanted) {
                let rows = max(0, wanted - (tokens.count - done - piece.count))
                try runPiece(
                    Array(piece), rows: min(rows, piece.count), into: logits,
                    firstRow: firstRow + max(0, done - (tokens.count - wanted)))
                done += piece.count
            }
        } catch {
            forgetAll()
            self.request = nil
            cachedCount = 0
            throw error
        }
    }

    /// How tokens are cut: a device with fixed shapes takes a whole prompt or a single token, and tells the last row only.
    private func pieces(of tokens: [Int], wanted: Int) -> [ArraySlice<Int>] {
        guard limits.promptTokens != nil, cachedCount > 0 || wanted > 1 else { return [tokens[...]] }
        return tokens.indices.map { tokens[$0...$0] }
    }

    private func runPiece(
        _ tokens: [Int], rows: Int, into logits: LogitRows, firstRow: Int
    ) throws(InferenceError) {
        let request: InferRequest
        if let kept = self.request { request = kept } else { request = try backend.makeRequest() }
        self.request = request
        let interface = backend.interface
        do throws(CallFailure) {
            let positions = cachedCount..<cachedCount + tokens.count
            // Of no rows the last is computed: a head over nothing is no shape that every device knows.
            try interface.set(tokens, positions, firstRow: tokens.count - max(1, rows), of: request)
            try request.infer()
            cachedCount = positions.upperBound
            if rows > 0 { try write(try request.output(interface.logits), rows, to: logits, firstRow) }
        } catch {
            throw backend.failure(error)
        }
    }

    /// Copies the last rows of an output.
    private func write(
        _ output: OutputTensor, _ rows: Int, to logits: LogitRows, _ firstRow: Int
    ) throws(CallFailure) {
        let vocabulary = backend.properties.vocabularySize
        guard output.columnCount == vocabulary, output.rowCount >= rows, [.f32, .f16].contains(output.type) else {
            throw CallFailure(
                status: -4, message: "logits of shape \(output.shape), expected \(rows) rows of \(vocabulary) floats")
        }
        for row in 0..<rows {
            logits.write(row: firstRow + row) { values, range in
                output.copyRow(output.rowCount - rows + row, into: &values, range)
            }
        }
    }
}
