import LadderSteps

/// Whether a step computes what step 1 does.
///
/// Twice: on numbers with which every step is exact, so that all must agree to the last bit; and on random ones, where
/// steps with quantised activations may be wrong by what quantising lost, which a bound says for every single output.
struct Check {
    private let exact = Problem(Sizes(rows: 64, columns: 3072, tokens: 7), .exact, seed: 2)
    private let random = Problem(Sizes(rows: 64, columns: 3072, tokens: 7), .random, seed: 3)
    private let exactOutput: [Float]
    private let randomOutput: [Float]
    private let bounds: [Float]

    init(reference: Rung) throws {
        exactOutput = try Self.output(reference, exact)
        randomOutput = try Self.output(reference, random)
        bounds = Self.bounds(random)
    }

    /// What to print: how large the error of the random outputs is beside the outputs, or what is wrong.
    func result(_ rung: Rung) throws -> (text: String, isRight: Bool) {
        guard try Self.output(rung, exact) == exactOutput else { return ("WRONG on exact numbers", false) }
        let output = try Self.output(rung, random)
        var (error, size) = (Float.zero, Float.zero)
        for (index, (mine, reference)) in zip(output, randomOutput).enumerated() {
            guard abs(mine - reference) <= bounds[index] else { return ("WRONG by \(mine - reference)", false) }
            error += (mine - reference) * (mine - reference)
            size += reference * reference
        }
        return ("exact; \(Self.text((error / size).squareRoot()))", true)
    }

    private static func output(_ rung: Rung, _ problem: Problem) throws -> [Float] {
        let prepared = try rung.prepare(problem)
        prepared.run()
        return prepared.output()
    }

    /// For every output, Σ |w|·(scale / 2), half a unit of the quantised activation for each weight, and 4·√K·ε·Σ |w·x|
    /// for the order of the sums.
    private static func bounds(_ problem: Problem) -> [Float] {
        let sizes = problem.sizes
        var result: [Float] = []
        for token in 0..<sizes.tokens {
            for row in 0..<sizes.rows {
                var (quantised, rounded) = (Float.zero, Float.zero)
                for block in 0..<sizes.blocks {
                    let p = problem.weights.base + (row * sizes.blocks + block) * Q40Block.bytes
                    let x = problem.x + token * sizes.columns + 32 * block
                    let largest = (0..<32).reduce(Float.zero) { max($0, abs(x[$1])) }
                    for column in 0..<32 {
                        let weight = abs(Q40Block.weight(p, column))
                        quantised += weight * largest / (2 * ActivationBlock.largest)
                        rounded += weight * abs(x[column])
                    }
                }
                result.append(quantised + 4 * Float(sizes.columns).squareRoot() * Float.ulpOfOne * rounded)
            }
        }
        return result
    }

    private static func text(_ error: Float) -> String {
        error == 0
            ? "0" : error < 1e-5 ? "error 1e\(Int(floorLog10(error)))" : "error \((error * 1e5).rounded() / 1e3) %"
    }

    private static func floorLog10(_ value: Float) -> Double {
        var (exponent, rest) = (0.0, value)
        while rest < 1 {
            rest *= 10
            exponent -= 1
        }
        return exponent
    }
}
