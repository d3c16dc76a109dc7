import Inference
import Synchronization

/// A deterministic language model without weights: its logits are a hash of all tokens so far, so that any token that
/// is lost, doubled or out of place in the cache shows in every later logit.
///
/// Like LongRoPE, it computes sequences longer than `crossing` with other factors, and empties the cache for that.
final class MockBackend: InferenceBackend {
    let properties: ModelProperties
    let crossing: Int
    /// Overrides the hash, from the tokens so far to logits.
    let rule: (@Sendable ([Int]) -> [Float])?
    /// Lengths of the slices that were run.
    let log = Mutex<[Int]>([])

    init(
        vocabularySize: Int = 32, contextTokens: Int = 1_000, chunk: Int = 8, crossing: Int = .max,
        rule: (@Sendable ([Int]) -> [Float])? = nil
    ) {
        properties = ModelProperties(
            engine: "mock", vocabularySize: vocabularySize, contextTokens: contextTokens, prefillChunkTokens: chunk)
        self.crossing = crossing
        self.rule = rule
    }

    var chunks: [Int] { log.withLock { $0 } }
    func forgetChunks() { log.withLock { $0 = [] } }

    func makeSequence() -> any InferenceSequence { MockSequence(self) }

    func forward(_ slices: [SequenceSlice], into logits: LogitRows) throws(InferenceError) {
        logits.resize(rows: slices.reduce(0) { $0 + $1.rowCount })
        for slice in slices {
            guard let sequence = slice.sequence as? MockSequence, !slice.tokens.isEmpty,
                slice.tokens.count <= properties.prefillChunkTokens
            else { throw .invalidBatch(reason: "slice") }
            log.withLock { $0.append(slice.tokens.count) }
            sequence.run(slice.tokens)
            if slice.rowCount == 1 {
                let row = expected(after: sequence.tokens, isLong: sequence.isLong)
                logits.write(row: 0) { values, range in values.replaceSubrange(range, with: row) }
            }
        }
    }

    /// The logits that stand after these tokens, (vocabulary).
    func expected(after tokens: [Int], isLong: Bool? = nil) -> [Float] {
        if let rule { return rule(tokens) }
        var state: UInt64 = (isLong ?? (tokens.count > crossing)) ? 7 : 3
        for token in tokens { state = (state &* 6_364_136_223_846_793_005 &+ UInt64(token + 1)) ^ (state >> 29) }
        return (0..<properties.vocabularySize).map { id in
            let mixed = (state ^ UInt64(id)) &* 0x9E37_79B9_7F4A_7C15
            return Float((mixed ^ (mixed >> 31)) % 10_000) / 1_000
        }
    }

    /// What greedy decoding must give.
    func greedy(_ prompt: [Int], count: Int) -> [Int] {
        var tokens = prompt
        for _ in 0..<count {
            let row = expected(after: tokens)
            tokens.append(row.firstIndex(of: row.max()!)!)
        }
        return Array(tokens[prompt.count...])
    }
}

final class MockSequence: InferenceSequence, @unchecked Sendable {
    private let backend: MockBackend
    private(set) var tokens: [Int] = []
    private(set) var isLong = false
    private var reserved = 0

    init(_ backend: MockBackend) { self.backend = backend }

    var count: Int { tokens.count }

    func reserve(totalTokens: Int) throws(InferenceError) -> Int {
        guard totalTokens <= backend.properties.contextTokens else {
            throw .contextExceeded(requested: totalTokens, limit: backend.properties.contextTokens)
        }
        if isLong != (totalTokens > backend.crossing) {
            isLong.toggle()
            tokens = []
        }
        reserved = totalTokens
        return count
    }

    func truncate(to count: Int) { tokens.removeSubrange(count...) }

    func run(_ new: ArraySlice<Int>) {
        precondition(count + new.count <= reserved, "no room was reserved")
        tokens.append(contentsOf: new)
    }
}
