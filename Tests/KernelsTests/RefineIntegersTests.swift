import Kernels
import Tensors
import TestSupport
import Testing

/// Integers that settle by what errors of neighbouring columns have in common.
@Suite struct RefineIntegersTests {
    /// Rows of so many columns: more than eight blocks, and no whole eights.
    private static let columns = 512 + 64
    private static let kColumns = 512

    /// Mean products of activations that have much in common within 32 columns: (blocks, 32, 32).
    private static func pairs(columns: Int, seed: UInt64) -> [[[Double]]] {
        var random = SplitMix64(seed: seed)
        return (0..<columns / 32).map { _ in
            let shared = (0..<3).map { _ in random.gauss(32) }
            var sums = (0..<32).map { _ in [Double](repeating: 0, count: 32) }
            for _ in 0..<64 {
                let common = random.gauss(3)
                let own = random.gauss(32)
                let x = (0..<32).map { i in
                    (0..<3).reduce(0.4 * Double(own[i])) { $0 + Double(common[$1] * shared[$1][i]) }
                }
                for i in 0..<32 { for j in 0..<32 { sums[i][j] += x[i] * x[j] / 64 } }
            }
            return sums
        }
    }

    /// The layout of ``ColumnImportance/products``.
    private static func lanes(_ pairs: [[[Double]]]) -> [SIMD8<Float>] {
        (0..<(pairs.count + 7) / 8 * 1_024).map { index in
            let (group, i, j) = (index / 1_024, index / 32 % 32, index % 32)
            return SIMD8<Float>(
                (0..<8).map { lane in
                    let block = 8 * group + lane
                    return block < pairs.count ? Float(pairs[block][i][j]) : i == j ? 1 : 0
                })
        }
    }

    private static func weight(_ e: [Float], _ pairs: [[[Double]]]) -> Double {
        pairs.indices.reduce(0) { sum, block in
            (0..<1_024).reduce(sum) { sum, index in
                let (i, j) = (index / 32, index % 32)
                return sum + pairs[block][i][j] * Double(e[32 * block + i]) * Double(e[32 * block + j])
            }
        }
    }

    private static func written(_ type: ElementType, _ x: [Float], _ pairs: [[[Double]]], usesPairs: Bool) -> [Float] {
        let squares = (0..<x.count).map { Float(pairs[$0 / 32][$0 % 32][$0 % 32]) }
        let lanes = lanes(pairs)
        var bytes = [UInt8](repeating: 0, count: x.count / type.blockLength * type.blockBytes)
        var y = x
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe squares.withUnsafeBufferPointer { squares in
                unsafe lanes.withUnsafeBufferPointer { lanes in
                    let importance = unsafe ColumnImportance(
                        squares: squares.baseAddress, products: usesPairs ? lanes.baseAddress : nil)
                    unsafe x.withUnsafeBufferPointer { x in
                        unsafe quantizeRow(
                            type: type, x.baseAddress!, importance: importance, rule: .searched,
                            into: bytes.baseAddress!, count: x.count)
                    }
                }
            }
            unsafe y.withUnsafeMutableBufferPointer { y in
                unsafe dequantizeRow(type: type, bytes.baseAddress!, into: y.baseAddress!, count: x.count)
            }
        }
        return y
    }

    @Test(
        "errors make up for one another, in no row is there more left",
        arguments: [
            (ElementType.q4_0, 0.7), (.q4_1, 0.7), (.q5_0, 0.7), (.q5_1, 0.7), (.q4_K, 0.7), (.q5_K, 0.7),
            // Has nothing to settle.
            (.q6_K, 1), (.q8_0, 1),
        ])
    func error(type: ElementType, share: Double) {
        let columns = type.blockLength == 256 ? Self.kColumns : Self.columns
        let pairs = Self.pairs(columns: columns, seed: 3)
        var random = SplitMix64(seed: 4)
        var (sum, plain) = (0.0, 0.0)
        for _ in 0..<8 {
            let x = random.gauss(columns).map { 0.02 * $0 }
            func rest(usesPairs: Bool) -> Double {
                let y = Self.written(type, x, pairs, usesPairs: usesPairs)
                return Self.weight(zip(x, y).map { $0 - $1 }, pairs)
            }
            let (settled, nearest) = (rest(usesPairs: true), rest(usesPairs: false))
            #expect(settled <= nearest * (1 + 1e-4), "\(settled), \(nearest)")
            sum += settled
            plain += nearest
        }
        #expect(sum <= share * plain, "\(sum / plain)")
    }

    @Test("zeros stay zeros, and pairs that have nothing in common change nothing")
    func nothing() {
        var random = SplitMix64(seed: 5)
        let x = random.gauss(Self.columns)
        let alone = (0..<Self.columns / 32).map { _ in
            (0..<32).map { i in (0..<32).map { $0 == i ? 1.0 : 0 } }
        }
        let pairs = Self.pairs(columns: Self.columns, seed: 6)
        for type in [ElementType.q4_0, .q4_1, .q5_1] {
            #expect(
                Self.written(type, x, alone, usesPairs: true) == Self.written(type, x, alone, usesPairs: false))
            let zeros = x.map { _ in Float(0) }
            #expect(Self.written(type, zeros, pairs, usesPairs: true) == zeros)
        }
    }

    @Test("the weight of errors is that of the formula", arguments: [32, 256, 576])
    func weight(columns: Int) {
        let pairs = Self.pairs(columns: columns, seed: 7)
        var random = SplitMix64(seed: 8)
        let e = random.gauss(columns)
        let found = unsafe e.withUnsafeBufferPointer { e in
            unsafe Self.lanes(pairs).withUnsafeBufferPointer { lanes in
                unsafe weighPairs(e.baseAddress!, lanes.baseAddress!, count: columns)
            }
        }
        let expected = Self.weight(e, pairs)
        #expect(abs(Double(found) - expected) < 1e-4 * expected, "\(found), \(expected)")
    }
}
