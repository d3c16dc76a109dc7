import Kernels
import Tensors
import TestSupport
import Testing

/// Every tile of every instruction set against sums in double precision.
@Suite struct MatmulTileTests {
    /// Shapes that reach every tail: rows that fill no group or half of a pair, columns of one block and of many panels,
    /// runs of two groups side by side with groups left over, from one token to as many as a call takes. Together some 200 for every
    /// type and set.
    static let rowCounts = [1, 7, 8, 9, 16, 17, 31, 43, 75]
    static func columnCounts(_ type: ElementType) -> [Int] {
        type.isDense ? [1, 31, 256, 777] : type.blockLength == 32 ? [32, 96, 576] : [256, 1024]
    }

    /// The float sums stay within 4·√K·ε of the fp64 sum over the same quantised values, relative to Σ|terms|.
    @Test(arguments: ProductCase.all, MatmulSet.available)
    func staysWithinErrorBound(product: ProductCase, set: MatmulSet) {
        let (type, form) = (product.type, product.form)
        var generator = SplitMix64(seed: 11)
        var worst = 0.0
        var side = FencedMemory.Side.start
        let layout = TileLayout(keeping: type)
        for columns in Self.columnCounts(type) {
            for rows in Self.rowCounts {
                side = side == .start ? .end : .start
                let matrix = RandomMatrix(type, rows: rows, columns: columns, using: &generator)
                let tile = matrix.tile(against: side)
                let most = set.kernels.tokensPerCall(form)
                let x = (0..<most).map { _ in generator.gauss(columns) }
                let activations = TestActivations(x, as: form, set.kernels, against: side)
                let references = (0..<most).map { token in
                    (0..<rows).map { reference(matrix, $0, activations.values[token]) }
                }
                for tokens in 1...most {
                    let y = multiplied(
                        set.kernels, layout, weights: tile, rows: rows, columns: columns, activations: activations,
                        tokens: 0..<tokens, side: side)
                    for token in 0..<tokens {
                        for row in 0..<rows {
                            let (sum, magnitude) = references[token][row]
                            let error = abs(Double(y[token][row]) - sum)
                            let bound = 4 * Double(columns).squareRoot() * Double(Float.ulpOfOne) * magnitude
                            worst = max(worst, error / max(bound, .leastNormalMagnitude))
                            #expect(error <= bound, "\(type) \(rows)×\(columns), \(tokens) tokens, row \(row)")
                        }
                    }
                }
            }
        }
        #expect(worst <= 1 && worst > 0)
    }

    /// An output has the same bits with one token, with as many as a call takes, and at any place among them; added to
    /// what is there, it is rounded once more and nothing else.
    @Test(arguments: ProductCase.all, MatmulSet.available)
    func bitsDoNotDependOnTokensBeside(product: ProductCase, set: MatmulSet) {
        let (type, form) = (product.type, product.form)
        var generator = SplitMix64(seed: 12)
        let layout = TileLayout(keeping: type)
        for columns in Self.columnCounts(type) {
            let rows = 43
            let matrix = RandomMatrix(type, rows: rows, columns: columns, using: &generator)
            let tile = matrix.tile(against: .end)
            let most = set.kernels.tokensPerCall(form)
            let x = (0..<most).map { _ in generator.gauss(columns) }
            let activations = TestActivations(x, as: form, set.kernels, against: .end)
            func product(_ tokens: Range<Int>, _ initial: Float? = nil) -> [[Float]] {
                multiplied(
                    set.kernels, layout, weights: tile, rows: rows, columns: columns, activations: activations,
                    tokens: tokens, accumulatingTo: initial, side: .end)
            }
            let singles = (0..<most).map { product($0..<$0 + 1)[0] }
            for tokens in (2...most).flatMap({ [0..<$0, most - $0..<most] }) {
                #expect(product(tokens) == Array(singles[tokens]), "\(type) \(columns) \(tokens)")
                #expect(product(tokens, 0.75) == singles[tokens].map { $0.map { 0.75 + $0 } })
            }
        }
    }

    /// With scales that are powers of two, every instruction set gives the same bits: the integer sums are exact.
    @Test(arguments: TileLayout.allCases.filter { !$0.isWide }, [TileLayout.Activation.int8, .int16, .split])
    func integerSumsAgreeBetweenSets(layout: TileLayout, form: TileLayout.Activation) {
        guard layout.activations.contains(form) else { return }
        var generator = SplitMix64(seed: 13)
        let columns = 512
        let bytes = layout.groupBytes(columns: columns)
        let tile = FencedMemory(byteCount: bytes, against: .end)
        let ranges = headerRanges(layout, columns: columns)
        for index in 0..<bytes {
            unsafe tile.base.storeBytes(
                of: UInt8(truncatingIfNeeded: generator.next()), toByteOffset: index, as: UInt8.self)
        }
        for offset in ranges.halves {
            unsafe tile.base.storeBytes(
                of: generator.next() & 1 == 0 ? 0x3c00 : 0xb800, toByteOffset: offset, as: UInt16.self)
        }
        for offset in ranges.bytes {
            unsafe tile.base.storeBytes(of: Int8(1) << Int8(generator.next() % 6), toByteOffset: offset, as: Int8.self)
        }
        // The extremes too: all integers of the first block at their limits.
        let largest: Float =
            form == .int8 ? ActivationBlock.largestInt8 : ActivationBlock.largestInt16
        let x = (0..<2).map { token in
            (0..<columns).map { column -> Float in
                // One column of each block makes the scale 1.
                if token == 0 || column % 32 == 5 { return largest }
                return (generator.gauss() * largest / 8).rounded().clamped(to: largest)
            }
        }
        let results = MatmulSet.available.map { set in
            multiplied(
                set.kernels, layout, weights: tile, rows: 8, columns: columns,
                activations: TestActivations(x, as: form, set.kernels, against: .end), tokens: 0..<2, side: .end)
        }
        for result in results { #expect(result == results[0]) }
    }

    /// Where the f16 numbers and the sub-scales stand in a group of a layout.
    private func headerRanges(_ layout: TileLayout, columns: Int) -> (halves: [Int], bytes: [Int]) {
        let (header, perHeader, small, quants): (Int, Int, Int, Int) =
            switch layout {
            case .nibble: (16, 1, 0, 128)
            case .nibbleMin: (32, 1, 0, 128)
            case .nibbleK: (32, 8, 16, 128)
            case .byte: (16, 1, 0, 256)
            case .byteMin: (32, 1, 0, 256)
            case .byteK: (32, 8, 16, 256)
            case .byteK16: (16, 8, 16, 256)
            case .byteK16Min: (32, 8, 32, 256)
            case .word, .f32, .f16, .bf16: (0, 1, 0, 0)
            }
        var halves: [Int] = []
        var bytes: [Int] = []
        var offset = 0
        for _ in 0..<columns / 32 / perHeader {
            halves += stride(from: offset, to: offset + header, by: 2)
            offset += header
            for _ in 0..<perHeader {
                bytes += offset..<offset + small
                offset += small + quants
            }
        }
        #expect(offset == layout.groupBytes(columns: columns))
        return (halves, bytes)
    }

    /// The oracle's own product: its values times its vector, within what quantising the activations may cost.
    @Test(.enabled(if: Golden.path("quant") != nil, "needs the golden data: quant"), arguments: ProductCase.all)
    func matchesOracleProduct(product: ProductCase) throws {
        let (type, form) = (product.type, product.form)
        let file = try SafetensorsFile(path: try #require(Golden.path("quant/\(type.rawValue).safetensors")))
        let shape = try #require(file.shape("gauss.deq"))
        let x = try #require(file.floats("gauss.matvec_x"))
        let expected = try #require(file.doubles("gauss.matvec_y_f64"))
        let matrix = RandomMatrix(
            type, rows: shape[0], columns: shape[1], raw: try #require(file.bytes("gauss.raw")))
        let layout = TileLayout(keeping: type)
        let tile = matrix.tile(against: .end)
        for set in MatmulSet.available {
            let activations = TestActivations([x], as: form, set.kernels, against: .end)
            let y = multiplied(
                set.kernels, layout, weights: tile, rows: shape[0], columns: shape[1], activations: activations,
                tokens: 0..<1, side: .end)[0]
            for row in 0..<shape[0] {
                let quantisation = (0..<shape[1]).reduce(0.0) { sum, column in
                    sum
                        + abs(
                            Double(matrix.values[row * shape[1] + column])
                                * (Double(x[column]) - activations.values[0][column]))
                }
                let (_, magnitude) = reference(matrix, row, activations.values[0])
                let bound = quantisation + 4 * Double(shape[1]).squareRoot() * Double(Float.ulpOfOne) * magnitude
                #expect(abs(Double(y[row]) - expected[row]) <= bound, "\(type) \(set) row \(row)")
            }
        }
    }

    private func reference(_ matrix: RandomMatrix, _ row: Int, _ x: [Double]) -> (sum: Double, magnitude: Double) {
        var sum = 0.0
        var magnitude = 0.0
        for column in 0..<matrix.columns {
            let term = Double(matrix.values[row * matrix.columns + column]) * x[column]
            sum += term
            magnitude += abs(term)
        }
        return (sum, magnitude)
    }
}

/// A type's layout with one of the forms of activations that it is multiplied with.
struct ProductCase: CustomTestStringConvertible {
    let type: ElementType
    let form: TileLayout.Activation

    static let all: [ProductCase] = ElementType.allCases.flatMap { type in
        TileLayout(keeping: type).activations.map { ProductCase(type: type, form: $0) }
    }

    var testDescription: String { "\(type.rawValue) × \(form)" }
}

extension Float {
    fileprivate func clamped(to limit: Float) -> Float { Swift.min(Swift.max(self, -limit), limit) }
}
