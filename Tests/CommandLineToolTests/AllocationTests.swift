import Foundation
import TestSupport
import Testing

/// In the steady state a token allocates nothing, counted from outside: the tool runs with a library before malloc, for
/// few tokens and for many, and the difference is what the tokens took.
@Suite struct AllocationTests {
    /// A model and the tokens in its cache before the counted ones. The counted ones stay within a page of 64 positions:
    /// pages come with growth, one for each layer.
    private static let cases: [(model: String, depth: Int)] = {
        let tiny = [GoldenData.phi3, "\(Golden.repository.path)/Tests/Golden/gguf/phi3-base-f32.q4_0.gguf"]
        // Large enough that every operation is split over the threads; deep enough for attention, too.
        let small = SmolLM2.path.map { [($0, 0), ($0, 1090)] } ?? []
        return tiny.compactMap { $0 }.map { ($0, 0) } + small
    }()

    @Test(
        "a token allocates nothing",
        .enabled(if: AllocationCounter.clang != nil, "needs glibc, and clang beside swift"), arguments: cases)
    func decoding(model: String, depth: Int) throws {
        let counter = try AllocationCounter()
        func run(tokens: Int) -> [String] {
            ["bench", model, "-p", "0", "-n", "\(tokens)", "-d", "\(depth)", "-r", "1", "-t", "2"]
        }
        let (few, many) = (run(tokens: 12), run(tokens: 52))
        let difference = try counter.count(many) - counter.count(few)
        // Swift's own threads may allocate once more or less.
        let isNothing = abs(difference) < 8
        let sites = isNothing ? "" : try counter.sites(many, butNot: few, atLeast: 20)
        #expect(isNothing, "\(difference) allocations for 40 tokens or more:\n\(sites)")
    }

    /// Products of many tokens have scratch memory of their own, and are split another way.
    @Test(
        "nothing in a prompt's layers allocates",
        .enabled(if: AllocationCounter.clang != nil, "needs glibc, and clang beside swift"),
        .enabled(if: SmolLM2.path != nil, "needs weights/\(SmolLM2.fileName): run weights/fetch.sh"),
        arguments: [64, 200])
    func prompts(tokens: Int) throws {
        let (counter, model) = (try AllocationCounter(), try #require(SmolLM2.path))
        func run(prompts: Int) -> [String] {
            ["bench", model, "-p", "\(tokens)", "-n", "0", "-r", "\(prompts)", "-t", "2"]
        }
        let (few, many) = (run(prompts: 2), run(prompts: 12))
        let difference = try counter.count(many) - counter.count(few)
        // The benchmark takes a few for each prompt that it measures; one in each of 30 layers would be 300.
        let isNothing = abs(difference) < 150
        let sites = isNothing ? "" : try counter.sites(many, butNot: few, atLeast: 20)
        #expect(isNothing, "\(difference) allocations for 10 prompts more:\n\(sites)")
    }
}
