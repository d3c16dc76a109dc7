import Kernels

extension Compute {
    /// `y[r] = x[r] / √(mean(x[r]²) + epsilon) · weight`.   (rows, n) -> (rows, n); `y` may be `x`.
    ///
    /// - Precondition: all three have the same number of columns.
    public func rmsNorm(
        _ x: Activations, rows: Range<Int>, weight: WeightVector, epsilon: Float, into y: Activations
    ) {
        let columns = x.columns
        precondition(y.columns == columns && weight.count == columns, "a norm keeps the number of columns")
        x.require(rows: rows)
        y.require(rows: rows)
        let kernel = unsafe kernels.vector.rmsNorm
        split(rows.count, elements: columns) { items in
            for row in items.shifted(by: rows.lowerBound) {
                unsafe kernel(y.pointer(row: row), x.pointer(row: row), weight.pointer, epsilon, columns)
            }
        }
    }

    /// `y[r] = silu(gateUp[r][..<n]) · gateUp[r][n...]`.   (rows, 2n) -> (rows, n)
    public func swiGLU(_ gateUp: Activations, rows: Range<Int>, into y: Activations) {
        let columns = y.columns
        precondition(gateUp.columns == 2 * columns, "gate and up stand side by side")
        gateUp.require(rows: rows)
        y.require(rows: rows)
        let kernel = unsafe kernels.vector.swiGLU
        // Elements are independent, and 8,192 exponentials are worth a second thread even in a single row.
        let pieceColumns = 512
        let pieces = (columns + pieceColumns - 1) / pieceColumns
        split(rows.count * pieces, elements: 4 * pieceColumns) { items in
            for item in items {
                let (row, piece) = item.quotientAndRemainder(dividingBy: pieces)
                let start = piece * pieceColumns
                let gate = unsafe gateUp.pointer(row: rows.lowerBound + row) + start
                let destination = unsafe y.pointer(row: rows.lowerBound + row) + start
                unsafe kernel(destination, gate, gate + columns, min(pieceColumns, columns - start))
            }
        }
    }

    /// `y[r] += x[r]`.   (rows, n)
    public func add(_ x: Activations, rows: Range<Int>, into y: Activations) {
        let columns = x.columns
        precondition(y.columns == columns, "a sum keeps the number of columns")
        x.require(rows: rows)
        y.require(rows: rows)
        let kernel = unsafe kernels.vector.add
        split(rows.count, elements: columns) { items in
            for row in items.shifted(by: rows.lowerBound) {
                unsafe kernel(x.pointer(row: row), y.pointer(row: row), columns)
            }
        }
    }

    /// Rotates the first `table.rotaryDimensions` of each of `headCount` heads in place, element i paired with
    /// element i + rotaryDimensions / 2; the heads stand side by side from `firstColumn` on.
    ///
    /// - Parameter positions: row r stands at `positions[r]`.
    /// - Precondition: the heads lie within the columns, the rotary dimensions within a head, the positions within
    ///   the table.
    public func rotate(
        _ x: Activations, rows: Range<Int>, positions: [Int], firstColumn: Int, headCount: Int, headSize: Int,
        table: RotaryTable
    ) {
        precondition(firstColumn >= 0 && firstColumn + headCount * headSize <= x.columns, "heads beyond the columns")
        precondition(table.rotaryDimensions <= headSize, "more rotary dimensions than a head has")
        x.require(rows: rows)
        let kernel = unsafe kernels.vector.rotate
        let half = table.rotaryDimensions / 2
        split(rows.count, elements: headCount * headSize) { items in
            for row in items.shifted(by: rows.lowerBound) {
                let cosines = unsafe table.cosinesAndSines(position: positions[row])
                var head = unsafe x.pointer(row: row) + firstColumn
                for _ in 0..<headCount {
                    unsafe kernel(head, cosines, cosines + half, half)
                    unsafe head += headSize
                }
            }
        }
    }
}

extension Range<Int> {
    /// The same number of items, further on.
    func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
