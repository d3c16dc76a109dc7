/// One measurement: a prompt through the model at once, then single tokens one after another, each giving logits.
struct BenchTest: Hashable {
    /// Tokens of the prompt, the head computed for the last one only; 0 for none.
    let promptCount: Int
    /// Tokens passed one by one; 0 for none.
    let generatedCount: Int
    /// Tokens already in the cache.
    let depth: Int

    var tokenCount: Int { promptCount + generatedCount }

    /// A prompt alone: the run ends with the logits that the first token of an answer is drawn from.
    var endsWithFirstToken: Bool { promptCount > 0 && generatedCount == 0 }

    /// All tests of a run, each at every depth: prompts first, then generating, then both; a count of 0 leaves a
    /// test out.
    static func all(prompts: [Int], generations: [Int], pairs: [TokenPair], depths: [Int]) -> [BenchTest] {
        depths.flatMap { depth in
            prompts.map { BenchTest(promptCount: $0, generatedCount: 0, depth: depth) }
                + generations.map { BenchTest(promptCount: 0, generatedCount: $0, depth: depth) }
                + pairs.map { BenchTest(promptCount: $0.prompt, generatedCount: $0.generated, depth: depth) }
        }.filter { $0.tokenCount > 0 }
    }
}

/// A prompt and an answer measured as one, as `-pg` takes them.
struct TokenPair {
    let prompt: Int
    let generated: Int
}
