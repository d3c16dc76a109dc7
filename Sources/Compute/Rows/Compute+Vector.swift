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
        split(
            rows.count, elements: columns,
            Norm(kernels: kernels.vector, x: x, firstRow: rows.lowerBound, weight: weight, epsilon: epsilon, y: y),
            as: .rows("rms_norm", tokens: rows.count, columns: columns))
    }

    /// `y[r] = silu(gateUp[r][..<n]) · gateUp[r][n...]`.   (rows, 2n) -> (rows, n)
    public func swiGLU(_ gateUp: Activations, rows: Range<Int>, into y: Activations) {
        let columns = y.columns
        precondition(gateUp.columns == 2 * columns, "gate and up stand side by side")
        gateUp.require(rows: rows)
        y.require(rows: rows)
        let gate = GatedPieces(kernels: kernels.vector, gateUp: gateUp, firstRow: rows.lowerBound, y: y)
        split(
            rows.count * gate.piecesPerRow, elements: 4 * GatedPieces.columns, gate,
            as: .rows("swiglu", tokens: rows.count, columns: 2 * columns))
    }

    /// `y[r] += x[r]`.   (rows, n)
    public func add(_ x: Activations, rows: Range<Int>, into y: Activations) {
        let columns = x.columns
        precondition(y.columns == columns, "a sum keeps the number of columns")
        x.require(rows: rows)
        y.require(rows: rows)
        split(
            rows.count, elements: columns, Sum(kernels: kernels.vector, x: x, firstRow: rows.lowerBound, y: y),
            as: .rows("add", tokens: rows.count, columns: 2 * columns))
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
        split(
            rows.count, elements: headCount * headSize,
            Rotation(
                kernels: kernels.vector, x: x, firstRow: rows.lowerBound, positions: positions,
                firstColumn: firstColumn, headCount: headCount, headSize: headSize, table: table),
            as: .rows("rope", tokens: rows.count, columns: headCount * table.rotaryDimensions))
    }
}

/// Items are rows.
private struct Norm: ItemLoop {
    let kernels: VectorKernels
    let x: Activations
    let firstRow: Int
    let weight: WeightVector
    let epsilon: Float
    let y: Activations

    func run(items: Range<Int>) {
        for row in items.shifted(by: firstRow) {
            unsafe kernels.rmsNorm(y.pointer(row: row), x.pointer(row: row), weight.pointer, epsilon, x.columns)
        }
    }
}

/// Items are pieces of rows: elements are independent, and 8,192 exponentials are worth a second thread even in a
/// single row.
private struct GatedPieces: ItemLoop {
    static let columns = 512

    let kernels: VectorKernels
    let gateUp: Activations
    let firstRow: Int
    let y: Activations

    var piecesPerRow: Int { (y.columns + Self.columns - 1) / Self.columns }

    func run(items: Range<Int>) {
        for item in items {
            let (row, piece) = item.quotientAndRemainder(dividingBy: piecesPerRow)
            let start = piece * Self.columns
            let gate = unsafe gateUp.pointer(row: firstRow + row) + start
            let destination = unsafe y.pointer(row: firstRow + row) + start
            unsafe kernels.swiGLU(destination, gate, gate + y.columns, min(Self.columns, y.columns - start))
        }
    }
}

/// Items are rows.
private struct Sum: ItemLoop {
    let kernels: VectorKernels
    let x: Activations
    let firstRow: Int
    let y: Activations

    func run(items: Range<Int>) {
        for row in items.shifted(by: firstRow) {
            unsafe kernels.add(x.pointer(row: row), y.pointer(row: row), y.columns)
        }
    }
}

/// Items are rows.
private struct Rotation: ItemLoop {
    let kernels: VectorKernels
    let x: Activations
    let firstRow: Int
    let positions: [Int]
    let firstColumn: Int
    let headCount: Int
    let headSize: Int
    let table: RotaryTable

    func run(items: Range<Int>) {
        let half = table.rotaryDimensions / 2
        for row in items.shifted(by: firstRow) {
            let cosines = unsafe table.cosinesAndSines(position: positions[row])
            var head = unsafe x.pointer(row: row) + firstColumn
            for _ in 0..<headCount {
                unsafe kernels.rotate(head, cosines, cosines + half, half)
                unsafe head += headSize
            }
        }
    }
}

extension Range<Int> {
    /// The same number of items, further on.
    func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
