import Kernels
import Tensors
import TestSupport
import Testing

/// Integers in blocks for MatMulNBits, against ONNX Runtime's rule written out a number at a time.
@Suite struct QuantizeNBitsTests {
    private struct Row: Equatable {
        var integers: [Int] = []
        var scales: [Float] = []
    }

    private func expected(_ format: NBitBlocks, _ row: [Float]) -> Row {
        var result = Row()
        let middle = Float(1 << (format.bits - 1))
        let row = format.hasHalfScales ? row.map { Float(Float16($0)) } : row
        for start in stride(from: 0, to: row.count, by: format.columns) {
            let w = row[start..<min(start + format.columns, row.count)]
            let (low, high) = (w.min() ?? 0, w.max() ?? 0)
            var d = (high.magnitude > low.magnitude ? high : low) / -middle
            if format.hasHalfScales { d = Float(Float16(d)) }
            result.scales.append(d)
            let reciprocal = d == 0 ? 0 : 1 / d
            result.integers += w.map {
                Int(min(max(($0 * reciprocal + middle).rounded(.toNearestOrAwayFromZero), 0), 2 * middle - 1))
            }
            result.integers += [Int](repeating: 0, count: format.columns - w.count)
        }
        return result
    }

    private func found(_ format: NBitBlocks, _ row: [Float], scales given: [Float]? = nil) -> (
        row: Row, loss: GroupLoss
    ) {
        var row = row
        var result = Row(scales: given ?? [Float](repeating: 0, count: format.blocks(columns: row.count)))
        var bytes = [UInt8](repeating: 0xEE, count: format.integerBytes(columns: row.count) + 1)
        if given == nil { unsafe scaleNBits(format, &row, into: &result.scales, count: row.count) }
        let loss = unsafe bytes.withUnsafeMutableBytes { out in
            unsafe quantizeNBits(format, row, scales: result.scales, into: out.baseAddress!, count: row.count)
        }
        #expect(bytes.removeLast() == 0xEE, "a byte beyond the row")
        result.integers = bytes.flatMap { format.bits == 4 ? [Int($0 & 15), Int($0 >> 4)] : [Int($0)] }
        return (result, loss)
    }

    @Test("the rule, for whole blocks and what is left of them", arguments: NBitBlocks.blockColumns, [4, 8])
    func rule(columns: Int, bits: Int) {
        var random = SplitMix64(seed: 5)
        for hasHalfScales in [false, true] {
            let format = NBitBlocks(bits: bits, columns: columns, hasHalfScales: hasHalfScales)
            for count in [1, columns, 3 * columns, 2 * columns + 8, columns + 5] {
                for scale: Float in [1, 1e-3, 6e4] {
                    // Halves of small numbers make ties.
                    let row = (0..<count).map { index in
                        let x = Float.random(in: -1...1, using: &random)
                        return (index % 3 == 0 ? (x * 16).rounded() / 16 : x) * scale
                    }
                    #expect(found(format, row).row == expected(format, row))
                }
            }
        }
    }

    @Test("zeros, one value alone, and numbers too small to divide by")
    func edges() {
        let format = NBitBlocks(bits: 4, columns: 16, hasHalfScales: false)
        let zeros = found(format, [Float](repeating: 0, count: 16))
        #expect(zeros.row == Row(integers: [Int](repeating: 8, count: 16), scales: [0]) && zeros.loss.error == 0)
        #expect(found(format, [Float](repeating: 3, count: 16)).row.integers == [Int](repeating: 0, count: 16))
        let tiny = found(format, [Float](repeating: 0x1p-130, count: 16))
        #expect(tiny.row.integers == [Int](repeating: 8, count: 16))
        // Of two that are as large the negative one counts, which leaves the positive one a level short.
        let both = found(format, [-1, 1] + [Float](repeating: 0, count: 14))
        #expect(both.row.scales == [0.125] && both.row.integers.prefix(2) == [0, 15])
    }

    @Test("scales that a block format has give its own integers back, and nothing is lost", arguments: Self.kept)
    func stored(type: ElementType) throws {
        let format = try #require(type.sameNBits(hasHalfScales: false))
        var random = SplitMix64(seed: 9)
        let count = 512
        var bytes = (0..<count / type.blockLength * type.blockBytes).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        // Scales that are numbers.
        for block in 0..<count / type.blockLength {
            let place = block * type.blockBytes + (type == .q6_K ? 208 : 0)
            bytes[place + 1] = bytes[place + 1] & 0x83 | 0x20
        }
        var row = [Float](repeating: 0, count: count)
        var scales = [Float](repeating: 0, count: format.blocks(columns: count))
        unsafe bytes.withUnsafeBytes { source in
            unsafe dequantizeRow(type: type, source.baseAddress!, into: &row, count: count)
            unsafe readScales(type: type, source.baseAddress!, into: &scales, count: count)
        }
        let (result, loss) = found(format, row, scales: scales)
        #expect(loss.error == 0 && loss.norm > 0)
        for (index, value) in row.enumerated() {
            #expect(Float(result.integers[index] - (1 << (format.bits - 1))) * scales[index / format.columns] == value)
        }
    }

    private static let kept: [ElementType] = [.q4_0, .q5_0, .q8_0, .q6_K]

    @Test("other types, and products of scales in f16, have no layout that holds them")
    func notKept() {
        for type in ElementType.allCases where !Self.kept.contains(type) {
            #expect(type.sameNBits(hasHalfScales: false) == nil)
        }
        #expect(ElementType.q6_K.sameNBits(hasHalfScales: true) == nil)
    }
}
