// The search for scales. Given the integers, the best scale is a least-squares solution; given the scale, the best
// integers are the nearest ones. Neither alone finds the best pair: the integers of a slightly different scale may fit
// better. So a grid of scales gives integers, each set of integers gives its best scale, the best of these is refined by
// turns (Lloyd 1982, doi:10.1109/TIT.1982.1056489), and what f16 makes of it is judged by the error itself.

/// A scale without a minimum: `x ≈ d·q`, q from −half to half − 1.
struct SymmetricSearch {
    let half: Float
    /// Where the value of largest magnitude may come to lie, beyond −half: from the end of the range to well outside of
    /// it, where it is cut off in favour of the others.
    let reach: Float
    let steps: Int

    var levels: ClosedRange<Float> { -half...half - 1 }

    private typealias Best = (d: SIMD8<Float>, score: SIMD8<Float>)

    /// The scales of the least error, as f16 holds them; never worse than extreme / −half.
    @inline(__always)
    func halfScales(_ blocks: BlockLanes) -> SIMD8<Float> {
        let (smallest, largest) = unsafe blocks.extremes
        let extreme = largest.lanewise(smallest) { $0 >= -$1 ? $0 : $1 }
        // Where both ends are as far from 0, the fixed rule takes the first of them; here the better one is taken.
        let plain = (extreme / -half).half
        var (best, error) = unsafe (plain, error(blocks, scale: plain))
        let found = unsafe scales(blocks, extreme: extreme).half
        for choice in 0..<2 {
            let d = choice == 0 ? -plain : found
            let other = unsafe self.error(blocks, scale: d)
            let isBetter = other.lanewise(error) { $0 < $1 ? 1 : 0 }
            best.replace(with: d, where: isBetter)
            error.replace(with: other, where: isBetter)
        }
        return best
    }

    /// The scales of the least error that were found, before they are rounded to their stored form.
    @inline(__always)
    func scales(_ blocks: BlockLanes, extreme: SIMD8<Float>) -> SIMD8<Float> {
        var best: Best = (extreme / -half, .zero)
        let unit = extreme.inverse
        for index in 0..<steps {
            let beyond = reach * Float(index) / Float(steps - 1)
            unsafe consider(blocks, factor: -unit * (half + beyond), &best)
            // The positive side has one level less.
            unsafe consider(blocks, factor: unit * (half - 1 + beyond), &best)
        }
        for _ in 0..<2 { unsafe consider(blocks, factor: best.d.inverse, &best) }
        return best.d
    }

    /// The scales that fit the integers of `factor` best, kept where they are better than the best. With the scale at its
    /// best, the error is Σ h·x² less the score.
    @inline(__always)
    private func consider(_ blocks: BlockLanes, factor: SIMD8<Float>, _ best: inout Best) {
        var (xq, qq) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        unsafe blocks.forEach { x, h in
            let q = (x * factor).nearest(within: levels)
            let hq = h * q
            xq += hq * x
            qq += hq * q
        }
        let d = xq / qq
        let score = d * xq
        // Not so for NaN: integers that are all 0.
        let isBetter = score.lanewise(best.score) { $0 > $1 ? 1 : 0 }
        best.d.replace(with: d, where: isBetter)
        best.score.replace(with: score, where: isBetter)
    }

    /// The nearest integers for scales as they are stored, from −half.
    @inline(__always)
    func integers(_ x: SIMD8<Float>, inverse: SIMD8<Float>) -> SIMD8<Float> { (x * inverse).nearest(within: levels) }

    /// Σ h·(x − d·q)² for scales as they are stored.
    @inline(__always)
    func error(_ blocks: BlockLanes, scale d: SIMD8<Float>) -> SIMD8<Float> {
        let inverse = d.inverse
        var sum = SIMD8<Float>.zero
        unsafe blocks.forEach { x, h in
            let rest = x - d * integers(x, inverse: inverse)
            sum += h * (rest * rest)
        }
        return sum
    }
}

/// A scale with a minimum: `x ≈ d·q + m`, q from 0 to `levels`.
struct AffineSearch {
    let levels: Float
    /// Whether m must not be above 0: the formats of 256 columns subtract their minimums.
    let isMinimumNegative: Bool
    /// How many levels the range from minimum to maximum may cover beyond `levels`: more, and both ends are cut off; less,
    /// and the last level is free.
    let reach: ClosedRange<Float>
    let steps: Int

    private typealias Best = (d: SIMD8<Float>, m: SIMD8<Float>, score: SIMD8<Float>)

    /// The scales and minimums of the least error, as f16 holds them; never worse than those of the extremes.
    @inline(__always)
    func halfScales(_ blocks: BlockLanes) -> (d: SIMD8<Float>, m: SIMD8<Float>) {
        let (smallest, largest) = unsafe blocks.extremes
        var best = (d: ((largest - smallest) / levels).half, m: smallest.half)
        let found = unsafe scales(blocks)
        let other = (d: found.d.half, m: found.m.half)
        let isBetter = unsafe error(blocks, scale: other.d, minimum: other.m)
            .lanewise(error(blocks, scale: best.d, minimum: best.m)) { $0 < $1 ? 1 : 0 }
        best.d.replace(with: other.d, where: isBetter)
        best.m.replace(with: other.m, where: isBetter)
        return best
    }

    /// The scales and minimums of the least error that were found, before they are rounded to their stored form.
    @inline(__always)
    func scales(_ blocks: BlockLanes) -> (d: SIMD8<Float>, m: SIMD8<Float>) {
        let (smallest, largest) = unsafe blocks.extremes
        let low = isMinimumNegative ? smallest.lanewiseMin(.zero) : smallest
        let range = largest - low
        var (sumH, sumX) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        unsafe blocks.forEach { x, h in
            sumH += h
            sumX += h * x
        }
        var best: Best = (range.lanewiseMax(.zero) / levels, low, SIMD8(repeating: -.infinity))
        let unit = range.inverse
        for index in 0..<steps {
            let beyond = reach.lowerBound + (reach.upperBound - reach.lowerBound) * Float(index) / Float(steps - 1)
            let width = levels + beyond
            let middle = low + range * (0.5 * (1 - levels / width))
            let start = isMinimumNegative ? middle.lanewiseMin(.zero) : middle
            unsafe consider(blocks, factor: unit * width, minimum: start, sumH, sumX, &best)
        }
        for _ in 0..<2 { unsafe consider(blocks, factor: best.d.inverse, minimum: best.m, sumH, sumX, &best) }
        return (best.d, best.m)
    }

    /// The scales and minimums that fit the integers of others best, kept where they are better than the best.
    @inline(__always)
    private func consider(
        _ blocks: BlockLanes, factor: SIMD8<Float>, minimum: SIMD8<Float>, _ sumH: SIMD8<Float>,
        _ sumX: SIMD8<Float>, _ best: inout Best
    ) {
        var (sumQ, sumQQ, sumXQ) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        unsafe blocks.forEach { x, h in
            let q = integers(x, inverse: factor, minimum: minimum)
            let hq = h * q
            sumQ += hq
            sumQQ += hq * q
            sumXQ += hq * x
        }
        let determinant = sumH * sumQQ - sumQ * sumQ
        var d = (sumH * sumXQ - sumQ * sumX) / determinant
        var m = (sumQQ * sumX - sumQ * sumXQ) / determinant
        if isMinimumNegative {
            let isAbove = m.lanewise { $0 > 0 ? 1 : 0 }
            d.replace(with: sumXQ / sumQQ, where: isAbove)
            m.replace(with: .zero, where: isAbove)
        }
        let score = d * sumXQ + m * sumX
        let isBetter = score.lanewise(best.score) { $0 > $1 ? 1 : 0 }
            .lanewise(d) { $1 > 0 && $1 < .infinity ? $0 : 0 }
        best.d.replace(with: d, where: isBetter)
        best.m.replace(with: m, where: isBetter)
        best.score.replace(with: score, where: isBetter)
    }

    /// The nearest integers for scales and minimums as they are stored.
    @inline(__always)
    func integers(_ x: SIMD8<Float>, inverse: SIMD8<Float>, minimum: SIMD8<Float>) -> SIMD8<Float> {
        ((x - minimum) * inverse).nearest(within: 0...levels)
    }

    /// Σ h·(x − d·q − m)² for scales and minimums as they are stored.
    @inline(__always)
    func error(_ blocks: BlockLanes, scale d: SIMD8<Float>, minimum m: SIMD8<Float>) -> SIMD8<Float> {
        let inverse = d.inverse
        var sum = SIMD8<Float>.zero
        unsafe blocks.forEach { x, h in
            let rest = x - d * integers(x, inverse: inverse, minimum: m) - m
            sum += h * (rest * rest)
        }
        return sum
    }
}

extension SIMD8<Float> {
    /// What f16 makes of each.
    var half: SIMD8<Float> {
        @inline(__always) get { lanewise { Half.float(Half.bits($0)) } }
    }
}
