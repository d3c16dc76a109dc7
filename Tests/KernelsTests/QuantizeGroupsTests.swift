import Kernels
import TestSupport
import Testing

/// Integers in groups, against the rule written out a number at a time.
@Suite struct QuantizeGroupsTests {
    private struct Row: Equatable {
        var integers: [Int] = []
        var scales: [UInt16] = []
        var zeroPoints: [UInt8] = []
    }

    private func expected(_ groups: IntegerGroups, _ row: [Float]) -> Row {
        var result = Row()
        let half = Float(1 << (groups.bits - 1))
        let top = Float(1 << groups.bits) - 1
        for start in stride(from: 0, to: row.count, by: groups.columns) {
            let w = row[start..<start + groups.columns]
            let (low, high) = (w.min() ?? 0, w.max() ?? 0)
            var d = low.magnitude >= high ? low.magnitude / half : -high / half
            if groups.hasZeroPoints { d = (max(high, 0) - min(low, 0)) / top }
            if d.magnitude < 0x1p-23 { d = 0x1p-23 }
            let z = groups.hasZeroPoints ? min(max(-(min(low, 0) / d).rounded(.toNearestOrEven), 0), top) : 0
            let bounds = groups.hasZeroPoints ? (0, top) : (-half, half - 1)
            result.scales.append(Float16(d).bitPattern)
            if groups.hasZeroPoints { result.zeroPoints.append(UInt8(z)) }
            result.integers += w.map { Int(min(max(($0 / d + z).rounded(.toNearestOrEven), bounds.0), bounds.1)) }
        }
        return result
    }

    private func found(_ groups: IntegerGroups, _ row: [Float]) -> (row: Row, loss: GroupLoss) {
        var result = Row()
        let count = row.count / groups.columns
        var bytes = [UInt8](repeating: 0xEE, count: groups.integerBytes(columns: row.count) + 1)
        result.scales = [UInt16](repeating: 0, count: count)
        var zeroPoints = [UInt8](repeating: 0, count: count)
        let loss = unsafe bytes.withUnsafeMutableBytes { out in
            unsafe quantizeGroups(
                groups, row, into: out.baseAddress!, scales: &result.scales, zeroPoints: &zeroPoints, count: row.count)
        }
        #expect(bytes.removeLast() == 0xEE, "a byte beyond the row")
        if groups.hasZeroPoints { result.zeroPoints = zeroPoints }
        let nibbles = groups.bits == 4 ? bytes.flatMap { [$0 & 15, $0 >> 4] } : bytes
        result.integers = nibbles.map { value in
            groups.hasZeroPoints
                ? Int(value)
                : groups.bits == 8 ? Int(Int8(bitPattern: value)) : Int(value) - (value > 7 ? 16 : 0)
        }
        return (result, loss)
    }

    static let shapes = [(1, 32), (3, 32), (2, 64), (2, 128), (1, 2), (1, 10), (3, 46), (1, 8), (5, 24)]

    @Test("the rule, for whole vectors and what is left of them", arguments: shapes, [4, 8])
    func rule(shape: (groups: Int, columns: Int), bits: Int) {
        var random = SplitMix64(seed: 3)
        for hasZeroPoints in [false, true] {
            let groups = IntegerGroups(bits: bits, columns: shape.columns, hasZeroPoints: hasZeroPoints)
            for scale: Float in [1, 1e-4, 6e4] {
                let row = (0..<shape.groups * shape.columns).map { _ in Float.random(in: -1...1, using: &random) * scale
                }
                #expect(found(groups, row).row == expected(groups, row))
            }
        }
    }

    @Test("zeros, one sign alone, one value alone, and numbers too small for a scale")
    func edges() {
        let rows: [[Float]] = [
            [Float](repeating: 0, count: 32), (1...32).map { Float($0) }, (1...32).map { -Float($0) },
            [Float](repeating: 0.25, count: 32), [Float](repeating: -0.25, count: 32),
            (0..<32).map { Float($0) * 1e-9 }, (0..<32).map { $0 == 7 ? 65_504 : 0 },
        ]
        for row in rows {
            for bits in [4, 8] {
                for hasZeroPoints in [false, true] {
                    let groups = IntegerGroups(bits: bits, columns: 32, hasZeroPoints: hasZeroPoints)
                    #expect(found(groups, row).row == expected(groups, row), "\(row) \(groups)")
                }
            }
        }
    }

    @Test("the loss is that of what a reader gets")
    func loss() {
        var random = SplitMix64(seed: 4)
        let row = (0..<96).map { _ in Float.random(in: -1...1, using: &random) }
        let groups = IntegerGroups(bits: 4, columns: 32, hasZeroPoints: true)
        let (stored, loss) = found(groups, row)
        var (error, norm) = (0.0, 0.0)
        for (index, x) in row.enumerated() {
            let d = Float(Float16(bitPattern: stored.scales[index / 32]))
            let y = Float(stored.integers[index] - Int(stored.zeroPoints[index / 32])) * d
            error += Double((x - y) * (x - y))
            norm += Double(x * x)
        }
        #expect(abs(Double(loss.error) - error) < 1e-5 * error && abs(Double(loss.norm) - norm) < 1e-5 * norm)
    }
}
