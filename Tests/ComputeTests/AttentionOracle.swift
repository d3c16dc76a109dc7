import Compute
import Foundation
import TestSupport
import Testing

/// Keys, values and queries of one sequence, and what attention over them is by definition, in double precision.
struct AttentionOracle {
    let shape: AttentionShape
    let tokens: Int
    /// (tokens, q | k | v)
    let rows: [[Float]]

    init(_ shape: AttentionShape, tokens: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        self.shape = shape
        self.tokens = tokens
        let columns = (shape.headCount + 2 * shape.keyValueHeadCount) * shape.headSize
        rows = (0..<tokens).map { _ in generator.gauss(columns) }
    }

    var keyColumn: Int { shape.headCount * shape.headSize }
    var valueColumn: Int { keyColumn + shape.keyValueHeadCount * shape.headSize }
    var columns: Int { valueColumn + shape.keyValueHeadCount * shape.headSize }

    /// All heads of the query at a position, side by side.
    func output(at position: Int) -> [Double] {
        let size = shape.headSize
        return (0..<shape.headCount).flatMap { head -> [Double] in
            let source = head / (shape.headCount / shape.keyValueHeadCount) * size
            let visible = (0...position).filter { j in shape.window.map { position - j < $0 } ?? true }
            let scores = visible.map { j in
                Double(shape.scale)
                    * (0..<size).reduce(0.0) { sum, d in
                        sum + Double(rows[position][head * size + d]) * Double(rows[j][keyColumn + source + d])
                    }
            }
            let greatest = scores.max() ?? 0
            let weights = scores.map { exp($0 - greatest) }
            let total = weights.reduce(0, +)
            return (0..<size).map { d in
                zip(visible, weights).reduce(0.0) { $0 + $1.1 * Double(rows[$1.0][valueColumn + source + d]) } / total
            }
        }
    }

    /// Runs the rows through a cache in chunks, as forward passes would, and gives attention's output for each.
    func run(_ compute: Compute, type: CacheType, chunks: [Int], discarding: Bool = false) -> [[Float]] {
        let pages = CachePages(shape: shape, type: type)
        var results: [[Float]] = []
        var position = 0
        for chunk in chunks {
            #expect(pages.grow(toTokens: position + chunk))
            let x = Activations(rows: chunk, columns: columns)
            let out = Activations(rows: chunk, columns: keyColumn)
            for row in 0..<chunk { x.setRow(row, rows[position + row]) }
            store(compute, x, rows: 0..<chunk, at: position, pages)
            compute.attend(
                x, slices: [AttentionSlice(rows: 0..<chunk, firstPosition: position, pages: pages)], shape: shape,
                into: out)
            results += (0..<chunk).map(out.copyRow)
            position += chunk
            if discarding { pages.discard(before: position - (shape.window ?? position) + 1) }
        }
        return results
    }

    func store(_ compute: Compute, _ x: Activations, rows: Range<Int>, at position: Int, _ pages: CachePages) {
        compute.store(
            keyValues: x, rows: rows, keyColumn: keyColumn, valueColumn: valueColumn, firstPosition: position,
            into: pages)
    }
}

/// The greatest difference between rows and what they should be.
func greatestError(_ found: [[Float]], _ expected: (Int) -> [Double]) -> Double {
    found.indices.map { row in
        zip(found[row], expected(row)).map { abs(Double($0) - $1) }.map { $0.isNaN ? .infinity : $0 }.max() ?? 0
    }.max() ?? 0
}

extension InstructionSet {
    /// What can be tested on this machine.
    static var supported: [InstructionSet] { allCases.filter(\.isSupported) }
}
