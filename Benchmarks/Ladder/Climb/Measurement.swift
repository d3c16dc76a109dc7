import LadderSteps

/// Seconds of a rung for one token and for many, in turns with the other rungs.
struct Measurement {
    /// Decoding: one token, and a matrix of 85 MB, as no cache holds it: every weight comes from memory.
    static let decode = Sizes(rows: 16 * 3072, columns: 3072, tokens: 1)
    /// A prompt: 64 tokens, one layer of 5.3 MB.
    static let prompt = Sizes(rows: 3072, columns: 3072, tokens: 64)
    /// Bytes of a weight: 18 for 32.
    static let weightBytes = 18.0 / 32

    let rung: Rung
    private let decode: Rung.Prepared
    private let prompt: Rung.Prepared
    private var decodeSeconds: [Double] = []
    private var promptSeconds: [Double] = []

    init(_ rung: Rung, decode: Problem, prompt: Problem) throws {
        self.rung = rung
        self.decode = try rung.prepare(decode)
        self.prompt = try rung.prepare(prompt)
    }

    mutating func round() {
        decodeSeconds.append(Self.fastest(decode))
        promptSeconds.append(Self.fastest(prompt))
    }

    /// Multiply-adds a second for one token, in billions.
    var decodeSpeed: Double { Double(Self.decode.multiplyAdds) / Self.median(decodeSeconds) / 1e9 }
    var promptSpeed: Double { Double(Self.prompt.multiplyAdds) / Self.median(promptSeconds) / 1e9 }
    /// Bytes of weights a second for one token, in billions.
    var bandwidth: Double { decodeSpeed * Self.weightBytes }

    /// Of a few runs after one that brings code and data near, at least two and for a twentieth of a second.
    private static func fastest(_ product: Rung.Prepared) -> Double {
        var best = Double.infinity
        let start = ContinuousClock.now
        var runs = 0
        while runs < 2 || runs < 10 && ContinuousClock.now - start < .milliseconds(50) {
            let begin = ContinuousClock.now
            product.run()
            best = min(best, (ContinuousClock.now - begin) / .seconds(1))
            runs += 1
        }
        return best
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
