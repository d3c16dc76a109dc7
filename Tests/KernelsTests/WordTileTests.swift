import Kernels
import Tensors
import TestSupport
import Testing

/// Weights of 16 bits as integers of 15: what they stand for, and their products.
@Suite struct WordTileTests {
    static let columnCounts = [1, 32, 64, 100, 576]

    /// Eight rows of F16 or BF16 whose sizes differ: some columns that are large, one row of zeros, one that is all alike.
    private func weights(_ type: ElementType, columns: Int, using generator: inout SplitMix64) -> [Float] {
        (0..<8).flatMap { row in
            (0..<columns).map { column -> Float in
                let size: Float = column % 37 == 5 ? 20 : 1
                let value = row == 3 ? 0 : row == 4 ? 1.75 : generator.gauss() * size * Float(1 << row)
                return type == .f16 ? Half.float(Half.bits(value)) : BFloat16.float(BFloat16.bits(value))
            }
        }
    }

    /// A weight keeps its value from an eighth of its block's largest on in F16, from a 64th in BF16, where the norm allows
    /// it; the others move by 2⁻¹⁴ of the largest at most, four times that where the norm does not.
    @Test(arguments: [ElementType.f16, .bf16], columnCounts)
    func keepsValues(type: ElementType, columns: Int) {
        var generator = SplitMix64(seed: 41)
        let rows = weights(type, columns: columns, using: &generator)
        let tile = WordGroup(rows, columns: columns)
        var exact = 0
        for row in 0..<8 {
            for start in stride(from: 0, to: columns, by: 64) {
                let block = row * columns + start..<row * columns + min(start + 64, columns)
                let largest = rows[block].map(abs).max() ?? 0
                let scale = tile.scale(row: row, block: start / 64)
                let squares = block.reduce(0.0) { $0 + Double(tile.values[$1] * tile.values[$1]) }
                #expect(squares <= 46_000 * 46_000 * Double(scale * scale))
                // Whether the norm has raised the scale above what the largest asks for.
                let isFitted = scale > largest * 0x1p-13
                for index in block {
                    let (value, found) = (rows[index], tile.values[index])
                    #expect(abs(value - found) <= scale / 2 && scale <= largest * (isFitted ? 0x1p-11 : 0x1p-13))
                    if !isFitted && abs(value) >= largest / (type == .f16 ? 8 : 64) { #expect(value == found) }
                    exact += value == found ? 1 : 0
                }
            }
        }
        #expect(Double(exact) > (type == .f16 ? 0.25 : 0.75) * Double(rows.count))
    }

    /// The float sums stay within 4·√K·ε of the fp64 sum over the same integers; an output has the same bits with one
    /// token, with as many as a call takes, and at any place among them; nothing is read or written beyond the rows.
    @Test(arguments: columnCounts, MatmulSet.available)
    func multiplies(columns: Int, set: MatmulSet) {
        var generator = SplitMix64(seed: 42)
        let most = set.kernels.tokensPerCall(.int15)
        for (groups, rows) in [(1, 1), (1, 8), (2, 11), (3, 24), (5, 35)] {
            let side: FencedMemory.Side = groups % 2 == 0 ? .start : .end
            let parts = (0..<groups).map { _ in
                WordGroup(weights(.f16, columns: columns, using: &generator), columns: columns)
            }
            let padded = (columns + 63) / 64 * 64
            let bytes = TileLayout.word.groupBytes(columns: padded)
            let memory = FencedMemory(byteCount: groups * bytes, against: side)
            for (index, part) in parts.enumerated() {
                unsafe (memory.base + index * bytes).copyMemory(from: part.bytes, byteCount: bytes)
            }
            let x = (0..<most).map { _ in generator.gauss(columns) }
            let activations = TestActivations(x, as: .int15, set.kernels, against: side)
            func product(_ tokens: Range<Int>, _ initial: Float? = nil) -> [[Float]] {
                multiplied(
                    set.kernels, .word, weights: memory, rows: rows, columns: padded, activations: activations,
                    tokens: tokens, accumulatingTo: initial, side: side)
            }
            let singles = (0..<most).map { product($0..<$0 + 1)[0] }
            for token in 0..<most {
                for row in 0..<rows {
                    var (sum, magnitude) = (0.0, 0.0)
                    for column in 0..<columns {
                        let weight = parts[row / 8].values[row % 8 * columns + column]
                        let term = Double(weight) * activations.values[token][column]
                        sum += term
                        magnitude += abs(term)
                    }
                    let bound = 4 * Double(padded).squareRoot() * Double(Float.ulpOfOne) * magnitude
                    #expect(abs(Double(singles[token][row]) - sum) <= bound, "row \(row), token \(token)")
                }
            }
            for tokens in (2...most).flatMap({ [0..<$0, most - $0..<most] }) {
                #expect(product(tokens) == Array(singles[tokens]), "\(tokens)")
                #expect(product(tokens, 0.75) == singles[tokens].map { $0.map { 0.75 + $0 } })
            }
        }
    }

    /// The integer sums are exact at their limits too, where they overflow on the way: one block with all signs alike, or
    /// with the largest integers where they fit. All sets agree on every bit, the scales being powers of two.
    @Test func agreesAtTheLimits() {
        let columns = 64
        let patterns: [[Float]] = [
            [Float](repeating: 5750, count: columns), (0..<columns).map { $0 < 7 ? 16383 : 300 },
            (0..<columns).map { $0 % 2 == 0 ? -5750 : 5750 }, (0..<columns).map { $0 % 4 < 2 ? 5000 : -5000 },
            (0..<columns).map { $0 % 11 == 0 ? -16383 : 0 },
        ]
        let tile = WordGroup((0..<8).flatMap { patterns[$0 % patterns.count] }, columns: columns)
        let memory = FencedMemory(byteCount: tile.bytes.count, against: .end)
        unsafe memory.base.copyMemory(from: tile.bytes, byteCount: tile.bytes.count)
        let results = MatmulSet.available.map { set in
            let x = (0..<set.kernels.tokensPerCall(.int15)).map { patterns[$0 % patterns.count] }
            let activations = TestActivations(x, as: .int15, set.kernels, against: .end)
            let products = multiplied(
                set.kernels, .word, weights: memory, rows: 8, columns: columns, activations: activations,
                tokens: 0..<x.count, side: .end)
            for (token, row) in products.enumerated() {
                for (index, value) in row.enumerated() {
                    let exact = (0..<columns).reduce(0.0) {
                        $0 + Double(tile.values[index * columns + $1]) * activations.values[token][$1]
                    }
                    #expect(abs(Double(value) - exact) <= abs(exact) * 3e-7 + 1e-3, "\(set) \(token) \(index)")
                }
            }
            return Array(products[..<4])
        }
        for result in results { #expect(result == results[0]) }
    }

    /// A weight that is no number shows in its row's products and in no other.
    @Test(arguments: MatmulSet.available, [Float.nan, .infinity, -.infinity])
    func showsWhatIsNotFinite(set: MatmulSet, value: Float) {
        var rows = [Float](repeating: 1, count: 8 * 128)
        rows[2 * 128 + 70] = value
        let tile = WordGroup(rows, columns: 128)
        let memory = FencedMemory(byteCount: tile.bytes.count, against: .end)
        unsafe memory.base.copyMemory(from: tile.bytes, byteCount: tile.bytes.count)
        let x = (0..<3).map { _ in [Float](repeating: 1, count: 128) }
        let products = multiplied(
            set.kernels, .word, weights: memory, rows: 8, columns: 128,
            activations: TestActivations(x, as: .int15, set.kernels, against: .end), tokens: 0..<3, side: .end)
        for row in products {
            for (index, product) in row.enumerated() { #expect(product.isNaN == (index == 2)) }
        }
    }
}

/// Eight rows as words, and what they stand for.
private struct WordGroup {
    let bytes: [UInt8]
    /// (8, columns)
    let values: [Float]

    init(_ rows: [Float], columns: Int) {
        let count = TileLayout.word.groupBytes(columns: (columns + 63) / 64 * 64)
        let source = FencedMemory(byteCount: 4 * rows.count, against: .end)
        unsafe source.base.copyMemory(from: rows, byteCount: 4 * rows.count)
        let memory = FencedMemory(byteCount: count, against: .end)
        unsafe retileWordGroup(rows: source.floats, columns: columns, into: memory.base)
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: count))
        self.bytes = bytes
        values = (0..<8).flatMap { row in
            (0..<columns).map { column -> Float in
                let at = column / 64 * WordBlock.groupBytes + 16 + column % 64 / 2 * 32 + 4 * row + column % 2 * 2
                let q = Int16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)
                return Self.scale(bytes, row: row, block: column / 64) * Float(q)
            }
        }
    }

    func scale(row: Int, block: Int) -> Float { Self.scale(bytes, row: row, block: block) }

    private static func scale(_ bytes: [UInt8], row: Int, block: Int) -> Float {
        let at = block * WordBlock.groupBytes + 2 * row
        return BFloat16.float(UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)
    }
}
