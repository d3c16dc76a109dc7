import Compute
import Tensors
import TestSupport
import Testing

/// The sums of squares that a calibration is made of, held against those of the same numbers.
@Suite struct InputSquaresTests {
    private struct Product {
        let compute: Compute
        let w: WeightMatrix
        let x: Activations
        let y: Activations

        init(threads: Int) throws {
            var generator = SplitMix64(seed: 31)
            compute = try Compute(threads: threads)
            w = try compute.makeMatrix(
                [
                    WeightPart(try .random(.q4_0, rows: 24, columns: 96)),
                    WeightPart(try .random(.f32, rows: 8, columns: 96)),
                ], precision: .native)
            (x, y) = (Activations(rows: 40, columns: 96), Activations(rows: 40, columns: 32))
            for row in 0..<x.rows { x.setRow(row, generator.gauss(x.columns)) }
        }

        func run(_ rows: Range<Int>) { compute.multiply(w, x, rows: rows, into: y) }

        /// Σ x² of each column, a column at a time.
        func expected(_ rows: Range<Int>) -> [Double] {
            (0..<x.columns).map { column in
                rows.reduce(0) { sum, row in
                    let value = Double(x.copyRow(row)[column])
                    return sum + value * value
                }
            }
        }
    }

    @Test("products of the pairs within 32 columns, with all threads and however the rows are cut", arguments: [1, 3])
    func products(threads: Int) throws {
        let product = try Product(threads: threads)
        let squares = product.compute.inputSquares
        var expected = [Double](repeating: 0, count: 3 * 1_024)
        for row in 3..<40 {
            let x = product.x.copyRow(row).map(Double.init)
            for index in expected.indices {
                let block = index / 1_024 * 32
                expected[index] += x[block + index / 32 % 32] * x[block + index % 32]
            }
        }
        for pieces in [[3..<40], [3..<4, 4..<20, 20..<40]] {
            squares.start()
            for rows in pieces { product.run(rows) }
            for sums in squares.stop().values { #expect(sums.products == expected) }
        }
    }

    @Test("each row counts once, with all threads and however the rows are cut", arguments: [1, 3])
    func sums(threads: Int) throws {
        let product = try Product(threads: threads)
        let squares = product.compute.inputSquares
        for pieces in [[3..<40], [3..<4, 4..<20, 20..<20, 20..<40]] {
            squares.start()
            for rows in pieces { product.run(rows) }
            let found = squares.stop()
            // Both tensors of the matrix meet the same.
            #expect(Set(found.keys) == ["random Q4_0", "random F32"])
            for sums in found.values { #expect(sums.values == product.expected(3..<40) && sums.count == 37) }
        }
    }

    @Test("nothing is summed before the start and after the end, and summing changes no bit of the product")
    func off() throws {
        let product = try Product(threads: 2)
        let squares = product.compute.inputSquares
        product.run(0..<40)
        let silent = (0..<40).map { product.y.copyRow($0) }
        #expect(squares.stop().isEmpty)
        squares.start()
        product.run(0..<40)
        #expect((0..<40).map { product.y.copyRow($0) } == silent)
        #expect(squares.stop().count == 2)
        product.run(0..<40)
        #expect(squares.stop().isEmpty)
        squares.start()
        #expect(squares.stop().isEmpty)
    }
}
