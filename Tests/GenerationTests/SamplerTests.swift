import Foundation
import Generation
import Testing

@Suite struct SamplerTests {
    /// Normal logits from a fixed seed, (count).
    private func randomLogits(_ count: Int, seed: UInt64, spread: Double = 2) -> [Float] {
        var random = Xoshiro256(seed: seed)
        return (0..<count).map { _ in
            Float(spread * sqrt(-2 * log(1 - random.nextUnit())) * cos(2 * .pi * random.nextUnit()))
        }
    }

    @Test func greedyTakesTheGreatestAndTheLowestOfEquals() throws {
        var sampler = try Sampler(options: .greedy)
        #expect(try sampler.sample([1, 3, 2, 3], after: [0]) == 1)
        #expect(try sampler.sample([-.infinity, -5, -.infinity], after: [0]) == 1)
    }

    @Test(arguments: [[1, .nan, 2], [1, .infinity, 2], [-.infinity, -.infinity], []] as [[Float]])
    func unusableLogitsAreAnError(logits: [Float]) throws {
        for temperature in [0.0, 1.0] {
            var sampler = try Sampler(options: GenerationOptions(temperature: temperature, topP: 0.9))
            #expect(throws: GenerationError.invalidLogits(position: 1)) {
                try sampler.sample(logits[...], after: [0, 0])
            }
        }
    }

    @Test func theGeneratorIsTheAuthorsOwn() {
        // The first numbers that the authors' C code gives, its state filled by SplitMix64 from 0.
        var random = Xoshiro256(seed: 0)
        #expect(random.next() == 0x99EC_5F36_CB75_F2B4)
        #expect(random.next() == 0xBF6E_1F78_4956_452A)
    }

    static let chains: [GenerationOptions] = [
        GenerationOptions(temperature: 1),
        GenerationOptions(temperature: 0.7, topK: 5),
        GenerationOptions(temperature: 1.5, topP: 0.8),
        GenerationOptions(temperature: 1, minP: 0.1),
        GenerationOptions(temperature: 0.9, topK: 12, topP: 0.7, minP: 0.05),
        GenerationOptions(temperature: 1, topK: 1_000, topP: 0.95),
        GenerationOptions(temperature: 1, repetitionPenalty: 1.3, presencePenalty: 0.5, frequencyPenalty: 0.2),
        GenerationOptions(
            temperature: 1, topP: 0.9, repetitionPenalty: 1.2, penaltyWindow: 3, logitBias: [1: 2, 7: -100]),
    ]

    @Test(arguments: chains) func drawsFollowTheNaiveDistribution(options: GenerationOptions) throws {
        let logits = randomLogits(40, seed: 11)
        let tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
        let expected = NaiveSampler.distribution(logits, after: tokens, options)
        var seeded = options
        seeded.seed = 99
        var sampler = try Sampler(options: seeded)
        let draws = 20_000
        var counts: [Int: Int] = [:]
        for _ in 0..<draws { counts[try sampler.sample(logits[...], after: tokens), default: 0] += 1 }

        #expect(Set(counts.keys).isSubset(of: expected.keys))
        for (id, probability) in expected {
            let deviation = sqrt(probability * (1 - probability) / Double(draws))
            let frequency = Double(counts[id, default: 0]) / Double(draws)
            #expect(abs(frequency - probability) <= 5 * deviation + 1e-9, "token \(id)")
        }
    }

    @Test(arguments: 0..<20) func filtersKeepExactlyTheNaiveSet(seed: Int) throws {
        let logits = randomLogits(300, seed: UInt64(seed), spread: 1)
        let options = GenerationOptions(
            temperature: 2, topK: [0, 20, 50][seed % 3], topP: [0.3, 0.6, 1][seed / 3 % 3], minP: [0, 0.2][seed % 2],
            seed: UInt64(seed))
        let expected = Set(NaiveSampler.distribution(logits, after: [0], options).keys)
        var sampler = try Sampler(options: options)
        var drawn: Set<Int> = []
        for _ in 0..<20_000 { drawn.insert(try sampler.sample(logits[...], after: [0])) }
        #expect(drawn.isSubset(of: expected))
        #expect(drawn.count >= min(expected.count, 100) * 9 / 10)
    }

    @Test func penaltiesDecideGreedilyAsTheNaiveOnesDo() throws {
        let tokens = [0, 1, 1, 2, 2, 2]
        for seed in 0..<50 {
            let logits = randomLogits(6, seed: UInt64(seed), spread: 1)
            var options = GenerationOptions(
                repetitionPenalty: 1.5, presencePenalty: 0.3, frequencyPenalty: 0.4, penaltyWindow: 4)
            var sampler = try Sampler(options: options)
            let drawn = try sampler.sample(logits[...], after: tokens)
            options.temperature = 1
            let expected = NaiveSampler.distribution(logits, after: tokens, options)
            #expect(expected[drawn] == expected.values.max())
        }
    }

    /// Logits too far apart for the histogram, for e^x and for single precision; temperatures at the edge of zero.
    @Test func extremesDrawTheBest() throws {
        let rows: [[Float]] = [
            [-3e38, 3e38, 0], [-.infinity, 5, -1000], [0, 1000, -.infinity, 64, 63], [-3e38, -2e38, -3e38],
        ]
        for options in [
            GenerationOptions(temperature: 1), GenerationOptions(temperature: 1, topP: 0.5),
            GenerationOptions(temperature: 1, topK: 2),
            GenerationOptions(temperature: 1, topK: 2, topP: 0.9, minP: 0.1),
            GenerationOptions(temperature: .leastNonzeroMagnitude),
            GenerationOptions(temperature: 0x1p-1030, topP: 0.9),
        ] {
            var sampler = try Sampler(options: options)
            for row in rows { #expect(try sampler.sample(row[...], after: [0]) == 1) }
        }
    }

    @Test func theSameSeedDrawsTheSame() throws {
        let logits = randomLogits(100, seed: 5)
        func draws(_ seed: UInt64?) throws -> [Int] {
            var sampler = try Sampler(options: GenerationOptions(temperature: 1, topP: 0.95, seed: seed))
            return try (0..<50).map { _ in try sampler.sample(logits[...], after: [0]) }
        }
        #expect(try draws(1) == draws(1))
        #expect(try draws(1) != draws(2))
        #expect(try draws(nil) != draws(nil))
        let unseeded = try Sampler(options: GenerationOptions(temperature: 1))
        var repeated = try Sampler(options: GenerationOptions(temperature: 1, seed: unseeded.seed))
        var original = unseeded
        #expect(try original.sample(logits[...], after: [0]) == repeated.sample(logits[...], after: [0]))
    }

    @Test func logProbabilitiesAreALogSoftmax() {
        let logits = randomLogits(1_000, seed: 3)
        let all = LogProbabilities(logits: logits[...], chosen: 17, topCount: 1_000)
        #expect(abs(all.top.reduce(0) { $0 + exp($1.logProbability) } - 1) < 1e-12)
        #expect(all.top.first { $0.id == 17 } == all.chosen)
        #expect(zip(all.top, all.top.dropFirst()).allSatisfy { $0.logProbability >= $1.logProbability })
        let five = LogProbabilities(logits: logits[...], chosen: 17, topCount: 5)
        #expect(five.top == Array(all.top.prefix(5)))
        #expect(LogProbabilities(logits: logits[...], chosen: 0, topCount: 0).top.isEmpty)
        let shifted = LogProbabilities(logits: logits.map { $0 + 80 }[...], chosen: 17, topCount: 1)
        #expect(abs(shifted.chosen.logProbability - all.chosen.logProbability) < 1e-4)
    }
}
