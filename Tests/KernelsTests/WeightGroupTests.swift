import Kernels
import TestSupport
import Testing

/// Weights quantised at load, in groups of one block of 32 columns, of several, and of whole rows.
@Suite struct WeightGroupTests {
    static let layouts: [TileLayout] = [.nibble, .nibbleMin, .byte]
    /// Blocks of a group; the longest is longer than any row here.
    static let runs = [1, 2, 4, 100]

    /// No worse in the square than the rule that takes the extremes as they are, for every group of every row.
    @Test(arguments: layouts, runs)
    func losesNoMoreThanTheExtremesWould(layout: TileLayout, run: Int) {
        var generator = SplitMix64(seed: 31)
        for columns in [32, 160, 200, 576] {
            var weights = generator.gauss(8 * columns)
            // Outliers, a row far from zero, and one of zeros.
            for index in stride(from: 7, to: 2 * columns, by: 45) { weights[index] *= 9 }
            for column in 0..<columns { weights[3 * columns + column] += 40 }
            for column in 0..<columns { weights[5 * columns + column] = 0 }
            let tile = QuantizedGroup(layout, weights, columns: columns, blocksPerScale: run)
            for row in 0..<8 {
                for first in stride(from: 0, to: columns, by: min(32 * run, 1 << 20)) {
                    let range = row * columns + first..<row * columns + min(first + 32 * run, columns)
                    let found = zip(weights[range], tile.values[range]).reduce(0.0) {
                        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
                    }
                    let plain = plainSquareError(layout, weights[range])
                    #expect(found <= plain * 1.0001 + 1e-12, "\(layout) \(columns) row \(row) from \(first)")
                }
            }
        }
    }

    /// The search earns its time: a tenth of the squared error and more on normally distributed weights, in groups of 32.
    @Test func fitsBetterThanTheExtremes() {
        var generator = SplitMix64(seed: 32)
        let columns = 1024
        let weights = generator.gauss(8 * columns)
        for layout in [TileLayout.nibble, .nibbleMin] {
            let tile = QuantizedGroup(layout, weights, columns: columns, blocksPerScale: 1)
            let found = zip(weights, tile.values).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
            let plain = stride(from: 0, to: weights.count, by: 32).reduce(0.0) {
                $0 + plainSquareError(layout, weights[$1..<$1 + 32])
            }
            #expect(found < 0.9 * plain, "\(layout): \(found) against \(plain)")
        }
    }

    /// Every set multiplies what the tile stands for, whatever shares a scale and however short the last group is.
    @Test(arguments: layouts, MatmulSet.available)
    func productsMeanTheTilesValues(layout: TileLayout, set: MatmulSet) {
        var generator = SplitMix64(seed: 33)
        for (run, form) in Self.runs.flatMap({ run in layout.activations.map { (run, $0) } }) {
            let most = set.kernels.tokensPerCall(form)
            for (columns, groups) in [(32, 1), (160, 3), (576, 2)] {
                let parts = (0..<groups).map { _ in
                    QuantizedGroup(layout, generator.gauss(8 * columns), columns: columns, blocksPerScale: run)
                }
                let tile = FencedMemory(byteCount: parts.reduce(0) { $0 + $1.bytes.count }, against: .end)
                for (index, part) in parts.enumerated() {
                    unsafe (tile.base + index * part.bytes.count).copyMemory(
                        from: part.bytes, byteCount: part.bytes.count)
                }
                let x = (0..<most).map { _ in generator.gauss(columns) }
                let activations = TestActivations(x, as: form, set.kernels, against: .end)
                for tokens in 1...most {
                    let y = multiplied(
                        set.kernels, layout, weights: tile, rows: 8 * groups, columns: columns, blocksPerScale: run,
                        activations: activations, tokens: 0..<tokens, side: .end)
                    for token in 0..<tokens {
                        for row in 0..<8 * groups {
                            let weights = parts[row / 8].values[row % 8 * columns..<(row % 8 + 1) * columns]
                            let terms = zip(weights, activations.values[token]).map { Double($0) * $1 }
                            // Terms with minimums cancel: twice the usual share of their magnitude.
                            let magnitude = terms.reduce(0) { $0 + abs($1) } + 8
                            let bound = 8 * Double(columns).squareRoot() * Double(Float.ulpOfOne) * magnitude
                            #expect(
                                abs(Double(y[token][row]) - terms.reduce(0, +)) <= bound,
                                "\(layout), \(run) blocks, \(columns) columns, \(tokens) tokens, row \(row)")
                        }
                    }
                }
            }
        }
    }

    /// What the extremes of a group alone would lose: d = extreme / −8, or (max − min) / 15 from min, or max |w| / 127.
    private func plainSquareError(_ layout: TileLayout, _ weights: ArraySlice<Float>) -> Double {
        let low = weights.min()!
        let high = weights.max()!
        let extreme = -low >= high ? low : high
        let (d, m, range): (Float, Float, ClosedRange<Float>) =
            switch layout {
            case .nibble: (extreme / -8, 0, -8...7)
            case .nibbleMin: ((high - low) / 15, low, 0...15)
            default: (abs(extreme) / 127, 0, -127...127)
            }
        let (scale, minimum) = (Half.float(Half.bits(d)), Half.float(Half.bits(m)))
        return weights.reduce(0) { sum, w in
            let q =
                scale == 0
                ? 0
                : min(max(((w - minimum) * (1 / scale)).rounded(.toNearestOrEven), range.lowerBound), range.upperBound)
            let rest = Double(w - minimum - scale * q)
            return sum + rest * rest
        }
    }
}

/// Eight rows as a kernel holds them, and the values that the layout's description gives them.
private struct QuantizedGroup {
    let bytes: [UInt8]
    /// (8, columns)
    let values: [Float]

    init(_ layout: TileLayout, _ weights: [Float], columns: Int, blocksPerScale: Int) {
        let blocks = (columns + 31) / 32
        var bytes = [UInt8](
            repeating: 0, count: layout.groupBytes(columns: 32 * blocks, blocksPerScale: blocksPerScale))
        unsafe bytes.withUnsafeMutableBytes { bytes in
            let out = bytes.baseAddress!
            switch layout {
            case .nibble:
                unsafe quantizeGroupInt4(rows: weights, columns: columns, blocksPerScale: blocksPerScale, into: out)
            case .nibbleMin:
                unsafe quantizeGroupInt4Min(rows: weights, columns: columns, blocksPerScale: blocksPerScale, into: out)
            default:
                unsafe quantizeGroupInt8(rows: weights, columns: columns, blocksPerScale: blocksPerScale, into: out)
            }
        }
        self.bytes = bytes
        let (header, block) = (layout == .nibbleMin ? 32 : 16, layout == .byte ? 256 : 128)
        values = (0..<8 * columns).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            let run = column / 32 / blocksPerScale
            let start = run * (header + blocksPerScale * block)
            func half(_ offset: Int) -> Float {
                Half.float(UInt16(bytes[start + offset + 2 * row]) | UInt16(bytes[start + offset + 2 * row + 1]) << 8)
            }
            let quants = start + header + (column / 32 - run * blocksPerScale) * block
            let c = column % 32
            if layout == .byte {
                let slot = TileLayout.byteRow(row)
                return half(0) * Float(Int8(bitPattern: bytes[quants + 32 * (c / 4) + 4 * slot + c % 4]))
            }
            let byte = bytes[quants + 32 * (c % 16 / 4) + 4 * row + c % 4]
            let q = Float(c < 16 ? byte & 15 : byte >> 4)
            return layout == .nibble ? half(0) * (q - 8) : half(0) * q + half(16)
        }
    }
}
