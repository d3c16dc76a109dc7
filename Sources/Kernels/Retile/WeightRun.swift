/// The weights of eight rows that share a scale in each row, a column a vector, and the scales that suit them.
///
/// Every lane is a row of its own: nothing is summed across lanes.
@unsafe struct WeightRun {
    let columns: UnsafePointer<SIMD8<Float>>
    /// At least one.
    let count: Int

    /// The largest magnitudes take 127.
    var int8Scales: RunScales {
        let (low, high) = unsafe bounds
        return RunScales(d: high.lanewiseMax(-low) / 127, range: -127...127)
    }

    /// Fits a scale to the integers q of every candidate: Σ (w − d·q)² is least at d = Σ wq / Σ q², and (Σ wq)² / Σ q² less
    /// than Σ w² there.
    var int4Scales: RunScales {
        let extreme = unsafe self.extreme
        func scales(_ d: SIMD8<Float>) -> RunScales { RunScales(d: d, range: -8...7, offset: 8) }
        // The value of largest magnitude may take the −8, which has no counterpart above.
        let plain = extreme / -8
        var (best, bestGain) = (plain, SIMD8<Float>.zero)
        for step in -4...5 {
            let inverse = (-8 + 0.3 * Float(step)) / extreme
            var (wq, qq) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
            for column in unsafe 0..<count {
                let w = unsafe columns[column]
                let q = (w * inverse).rounded(within: -8...7)
                wq += w * q
                qq += q * q
            }
            let d = wq / qq
            let isBetter = d * wq .> bestGain
            best.replace(with: d, where: isBetter)
            bestGain.replace(with: d * wq, where: isBetter)
        }
        return unsafe better(of: scales(best), scales(plain))
    }

    /// As ``int4Scales`` with a line through the weights, w ≈ d·q + m, by the normal equations. Sums are of weights above
    /// the lowest one, so that those of a run far from zero do not cancel.
    var int4MinScales: RunScales {
        let (low, high) = unsafe bounds
        func scales(_ d: SIMD8<Float>, _ m: SIMD8<Float>) -> RunScales { RunScales(d: d, m: m, range: 0...15) }
        let plain = (high - low) / 15
        let n = unsafe Float(count)
        var (best, bestStart, bestGain) = (plain, low, SIMD8<Float>.zero)
        for step in 0...7 {
            // Both ends drawn in, by up to a sixth of the range together.
            let margin = (high - low) * (Float(step) / 84)
            let inverse = 15 / (high - low - 2 * margin)
            var (wq, qq, sumQ, sumW) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
            for column in unsafe 0..<count {
                let w = unsafe columns[column] - low
                let q = ((w - margin) * inverse).rounded(within: 0...15)
                wq += w * q
                qq += q * q
                sumQ += q
                sumW += w
            }
            let d = (n * wq - sumW * sumQ) / (n * qq - sumQ * sumQ)
            let m = (sumW - d * sumQ) / n
            let gain = d * wq + m * sumW
            let isBetter = gain .> bestGain
            best.replace(with: d, where: isBetter)
            bestStart.replace(with: low + m, where: isBetter)
            bestGain.replace(with: gain, where: isBetter)
        }
        return unsafe better(of: scales(best, bestStart), scales(plain, low))
    }

    /// For each row the scales by which it loses less; the second where it loses the same.
    private func better(of a: RunScales, _ b: RunScales) -> RunScales {
        let isBetter = unsafe squareError(a) .< squareError(b)
        return b.replacing(with: a, where: isBetter)
    }

    private func squareError(_ scales: RunScales) -> SIMD8<Float> {
        var sum = SIMD8<Float>.zero
        for column in unsafe 0..<count {
            let w = unsafe columns[column]
            let rest = w - scales.minimum - scales.factor * scales.steps(w)
            sum += rest * rest
        }
        return sum
    }

    /// The values of largest magnitude, with their signs.
    private var extreme: SIMD8<Float> {
        let (low, high) = unsafe bounds
        return high.replacing(with: low, where: -low .>= high)
    }

    private var bounds: (low: SIMD8<Float>, high: SIMD8<Float>) {
        var (low, high) = unsafe (columns[0], columns[0])
        for column in unsafe 1..<count {
            low = unsafe low.lanewiseMin(columns[column])
            high = unsafe high.lanewiseMax(columns[column])
        }
        return (low, high)
    }
}

/// Scales of eight rows, and minimums for what has them, rounded to f16 as the tiles hold them.
struct RunScales {
    private(set) var factor: SIMD8<Float>
    private(set) var minimum: SIMD8<Float>
    private var inverse: SIMD8<Float>
    private let range: ClosedRange<Float>
    /// What is added to an integer where it is stored.
    private let offset: Float

    init(d: SIMD8<Float>, m: SIMD8<Float> = .zero, range: ClosedRange<Float>, offset: Float = 0) {
        factor = Half.floats(Half.bits(d))
        minimum = Half.floats(Half.bits(m))
        // Runs too small for f16 are zeros.
        inverse = (1 / factor).replacing(with: 0, where: factor .== 0)
        self.range = range
        self.offset = offset
    }

    /// `[8 × f16 d][8 × f16 m]`, the second where the layout has it.
    @unsafe func store(to header: UnsafeMutableRawPointer, _ layout: TileLayout) {
        unsafe header.storeBytes(of: Half.bits(factor), as: SIMD8<UInt16>.self)
        if layout.scaleBytes == 32 {
            unsafe header.storeBytes(of: Half.bits(minimum), toByteOffset: 16, as: SIMD8<UInt16>.self)
        }
    }

    func replacing(with other: RunScales, where mask: SIMDMask<SIMD8<Int32>>) -> RunScales {
        var result = self
        result.factor.replace(with: other.factor, where: mask)
        result.minimum.replace(with: other.minimum, where: mask)
        result.inverse.replace(with: other.inverse, where: mask)
        return result
    }

    /// Weights in units of the scales, to the nearest integer in the range.
    @inline(__always)
    func steps(_ w: SIMD8<Float>) -> SIMD8<Float> { ((w - minimum) * inverse).rounded(within: range) }

    /// The same as they are stored, in the low bits of each lane.
    @inline(__always)
    func integers(_ w: SIMD8<Float>) -> SIMD8<UInt32> {
        // With this sum's last bit worth one, the last bits are the integer.
        unsafe unsafeBitCast(steps(w) + offset + 0x1.8p23, to: SIMD8<UInt32>.self)
    }
}

extension SIMD8<Float> {
    /// To the nearest integers, ties to even, held within bounds.
    @inline(__always)
    fileprivate func rounded(within bounds: ClosedRange<Float>) -> SIMD8<Float> {
        lanewiseBounded(bounds) + 0x1.8p23 - 0x1.8p23
    }
}

extension Half {
    fileprivate static func bits(_ v: SIMD8<Float>) -> SIMD8<UInt16> {
        SIMD8(bits(v[0]), bits(v[1]), bits(v[2]), bits(v[3]), bits(v[4]), bits(v[5]), bits(v[6]), bits(v[7]))
    }
}
