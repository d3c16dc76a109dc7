// With the scales fixed, the error of a block is a quadratic form of its integers. The nearest integers make each column's
// own term the least; the terms of pairs ask that errors of columns that rise and fall together have opposite signs.

extension BlockLanes {
    /// Moves one integer after another to where, the others being as they are, `Σ C[i][j]·e[i]·e[j]` is the least, with
    /// `e = x − d·q − m`: coordinate descent, never upwards.
    ///
    /// - Parameters:
    ///   - products: the matrices C of the eight blocks: see ``ColumnImportance/products``.
    ///   - d: the scales as they are stored.
    ///   - m: the minimums as they are stored.
    /// - Precondition: the integers are set; blocks of 32 columns.
    @inline(never)
    func refine(
        _ products: UnsafePointer<SIMD8<Float>>, scale d: SIMD8<Float>, minimum m: SIMD8<Float>,
        within levels: ClosedRange<Float>
    ) {
        let inverse = d.inverse
        let (errors, pulls) = unsafe (spare, spare + columns)
        for column in unsafe 0..<columns { unsafe errors[column] = x[column] - d * q[column] - m }
        for column in unsafe 0..<columns {
            let row = unsafe products + columns * column
            var sum = SIMD8<Float>.zero
            for other in unsafe 0..<columns { unsafe sum += row[other] * errors[other] }
            unsafe pulls[column] = sum
        }
        // Most integers that move do so in the first round; a fourth gains less than a thousandth.
        for _ in 0..<3 {
            var isSettled = true
            for column in unsafe 0..<columns {
                let row = unsafe products + columns * column
                let wanted = unsafe q[column] + pulls[column] / row[column] * inverse
                let integer = wanted.nearest(within: levels)
                let step = unsafe d * (integer - q[column])
                if step == .zero { continue }
                isSettled = false
                unsafe q[column] = integer
                for other in unsafe 0..<columns { unsafe pulls[other] -= row[other] * step }
            }
            if isSettled { break }
        }
    }
}

/// `Σ C[i][j]·e[i]·e[j]` over all blocks of 32 columns of a row.
///
/// - Parameters:
///   - e: `count` floats.
///   - products: the matrices C: see ``ColumnImportance/products``.
/// - Precondition: `count` is a multiple of 32.
public func weighPairs(_ e: UnsafePointer<Float>, _ products: UnsafePointer<SIMD8<Float>>, count: Int) -> Float {
    let memoryBytes = unsafe BlockLanes.memoryBytes(columns: 32)
    return unsafe withUnsafeTemporaryAllocation(byteCount: memoryBytes, alignment: 32) { memory in
        let blocks = unsafe BlockLanes(columns: 32, isWeighted: false, memory: memory.baseAddress!)
        var total: Float = 0
        for first in stride(from: 0, to: count / 32, by: 8) {
            unsafe blocks.load(e + 32 * first, nil, blocks: min(8, count / 32 - first))
            var sum = SIMD8<Float>.zero
            for i in 0..<32 {
                let row = unsafe products + 128 * first + 32 * i
                var inner = SIMD8<Float>.zero
                for j in 0..<32 { unsafe inner += row[j] * blocks.x[j] }
                unsafe sum += blocks.x[i] * inner
            }
            total += sum.sum()
        }
        return total
    }
}
