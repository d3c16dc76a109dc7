import Inference

/// One measurement, under the name that llama-bench gives it: `pp512`, `tg128`, `tg128 @ d2048`.
struct BenchTest: Equatable {
    enum Kind: Equatable {
        /// A prompt of this many tokens through the model, the head for the last one only.
        case prefill(Int)
        /// This many single tokens, one after another, each giving logits.
        case decode(Int)
    }

    let kind: Kind
    /// Tokens already in the cache.
    let depth: Int

    var tokenCount: Int {
        switch kind {
        case .prefill(let count), .decode(let count): count
        }
    }

    var name: String {
        let base =
            switch kind {
            case .prefill(let count): "pp\(count)"
            case .decode(let count): "tg\(count)"
            }
        return depth == 0 ? base : "\(base) @ d\(depth)"
    }

    /// All tests of a run, prompts first, each at every depth; a count of 0 leaves the test out.
    static func all(prompts: [Int], generations: [Int], depths: [Int]) -> [BenchTest] {
        depths.flatMap { depth in
            prompts.filter { $0 > 0 }.map { BenchTest(kind: .prefill($0), depth: depth) }
                + generations.filter { $0 > 0 }.map { BenchTest(kind: .decode($0), depth: depth) }
        }
    }
}
