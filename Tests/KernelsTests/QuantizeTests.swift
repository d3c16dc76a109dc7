import Foundation
import Kernels
import TestSupport
import Tensors
import Testing

/// Encoders: the fixed rules against gguf-py's bytes, the searched ones against the fixed and against what a reader gets.
@Suite struct QuantizeTests {
    private static let golden = Golden.repository.appendingPathComponent("Tests/Golden/blocks.safetensors").path
    private static let blockTypes = ElementType.writable.filter { !$0.isDense }

    private func quantized(
        _ type: ElementType, _ x: [Float], rule: ScaleRule = .searched, importance: [Float]? = nil
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xa5, count: x.count / type.blockLength * type.blockBytes)
        unsafe x.withUnsafeBufferPointer { x in
            unsafe bytes.withUnsafeMutableBytes { out in
                let (source, destination) = (x.baseAddress!, out.baseAddress!)
                if let importance {
                    unsafe importance.withUnsafeBufferPointer { h in
                        unsafe quantizeRow(
                            type: type, source, importance: ColumnImportance(squares: h.baseAddress, products: nil),
                            rule: rule, into: destination, count: x.count)
                    }
                } else {
                    unsafe quantizeRow(
                        type: type, source, importance: .equal, rule: rule, into: destination, count: x.count)
                }
            }
        }
        return bytes
    }

    private func read(_ type: ElementType, _ bytes: [UInt8]) -> [Float] {
        let count = bytes.count / type.blockBytes * type.blockLength
        var y = [Float](repeating: 0, count: count)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe y.withUnsafeMutableBufferPointer { y in
                unsafe dequantizeRow(type: type, bytes.baseAddress!, into: y.baseAddress!, count: count)
            }
        }
        return y
    }

    private func error(_ x: [Float], _ y: [Float], importance: [Float]? = nil) -> Double {
        x.indices.reduce(0) { sum, i in
            sum + Double(importance?[i % (importance?.count ?? 1)] ?? 1) * Double(x[i] - y[i]) * Double(x[i] - y[i])
        }
    }

    @Test(
        "the fixed rules write gguf-py's bytes",
        arguments: [ElementType.f16, .bf16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1])
    func fixedRules(type: ElementType) throws {
        let file = try SafetensorsFile(path: Self.golden)
        let x = try #require(file.floats("x"))
        let expected = try #require(file.bytes(type.rawValue))
        let columns = try #require(file.shape("x"))[1]
        let rowBytes = columns / type.blockLength * type.blockBytes
        #expect(expected.count == x.count / columns * rowBytes)
        for row in 0..<x.count / columns {
            let found = quantized(type, Array(x[row * columns..<(row + 1) * columns]), rule: .fixed)
            #expect(found == Array(expected[row * rowBytes..<(row + 1) * rowBytes]), "row \(row)")
        }
    }

    /// Rows of several kinds, 512 columns each.
    private static let rows: [[Float]] = {
        var random = SplitMix64(seed: 5)
        let normal = (0..<4).map { _ in random.gauss(512).map { $0 * 0.02 } }
        let outliers = (0..<3).map { _ in random.gauss(512).enumerated().map { $0 % 61 == 0 ? 12 * $1 : $1 } }
        let positive = [random.gauss(512).map { $0.magnitude + 0.5 }]
        // What comes from 16-bit files has ties.
        let coarse = [random.gauss(512).map { ($0 * 8).rounded() / 8 }]
        return normal + outliers + positive + coarse
    }()

    @Test("a search is never worse than the fixed rule, with importance and without", arguments: blockTypes)
    func search(type: ElementType) {
        guard type.hasFixedScales else { return }
        var random = SplitMix64(seed: 6)
        let importance = (0..<512).map { _ in abs(random.gauss()) * 3 + 0.01 }
        var (sum, fixedSum) = (0.0, 0.0)
        for (index, x) in Self.rows.enumerated() {
            for h in [nil, importance] {
                let searched = error(x, read(type, quantized(type, x, importance: h)), importance: h)
                let fixed = error(x, read(type, quantized(type, x, rule: .fixed)), importance: h)
                #expect(searched <= fixed * (1 + 1e-6), "row \(index): \(searched), \(fixed)")
                sum += searched
                fixedSum += fixed
            }
        }
        if type.hasSearchedScales { #expect(sum < 0.99 * fixedSum) } else { #expect(sum == fixedSum) }
    }

    /// Relative errors of normal weights, a little above what is reached.
    private static let bounds: [(ElementType, Double)] = [
        (.q8_0, 0.0056), (.q4_0, 0.083), (.q4_1, 0.073), (.q5_0, 0.0415), (.q5_1, 0.036), (.q4_K, 0.073),
        (.q5_K, 0.036), (.q6_K, 0.018),
    ]

    @Test("normal weights lose no more than a bound", arguments: bounds)
    func bound(type: ElementType, bound: Double) {
        var random = SplitMix64(seed: 7)
        let x = random.gauss(8_192).map { $0 * 0.02 }
        let loss = (error(x, read(type, quantized(type, x))) / error(x, x.map { _ in 0 })).squareRoot()
        #expect(loss < bound && loss > 0.8 * bound, "\(loss)")
    }

    @Test("importance moves the error to columns that count less", arguments: blockTypes)
    func weighted(type: ElementType) {
        guard type.hasSearchedScales else { return }
        let importance = (0..<512).map { Float($0 % 4 == 0 ? 20 : 0.1) }
        for x in Self.rows {
            let weighted = error(x, read(type, quantized(type, x, importance: importance)), importance: importance)
            let plain = error(x, read(type, quantized(type, x)), importance: importance)
            #expect(weighted < plain, "\(weighted), \(plain)")
        }
    }

    @Test("zeros stay zeros, and what was read is written again nearly as it was", arguments: blockTypes)
    func exact(type: ElementType) {
        let zeros = [Float](repeating: 0, count: 512)
        #expect(read(type, quantized(type, zeros)) == zeros)
        for x in Self.rows {
            let once = read(type, quantized(type, x))
            let twice = read(type, quantized(type, once))
            let norm = error(once, zeros)
            // Nearly: what uses not all of its levels, or has scales that are integers, is found again by a search.
            #expect(error(once, twice) <= 4e-4 * norm, "\((error(once, twice) / norm).squareRoot())")
        }
    }

    @Test("constants, tiny and large weights stay numbers", arguments: ElementType.writable)
    func extremes(type: ElementType) {
        for value: Float in [0.7, -0.7, 1e-8, 1e-30, 65_000, -65_000] {
            let x = [Float](repeating: value, count: 512)
            let y = read(type, quantized(type, x))
            // Below f16's least scale there is nothing but 0; a constant of a K block is a minimum or a scale of six bits.
            #expect(y.allSatisfy { abs($0 - value) <= max(0.02 * abs(value), 1e-6) }, "\(value): \(y[0])")
        }
        var mixed = [Float](repeating: 0, count: 512)
        mixed[3] = 65_504
        mixed[300] = -65_504
        let y = read(type, quantized(type, mixed))
        #expect(y.allSatisfy { $0.isFinite })
    }

    @Test("nothing is written outside of the blocks, any number of them", arguments: ElementType.writable)
    func staysWithinItsBlocks(type: ElementType) {
        var random = SplitMix64(seed: 8)
        for blocks in [1, 3, 8, 9] {
            let count = blocks * type.blockLength * (type.isDense ? 3 : 1)
            let byteCount = count / type.blockLength * type.blockBytes
            let x = random.gauss(count)
            let (source, target) = (
                FencedMemory(byteCount: 4 * count, against: .end), FencedMemory(byteCount: byteCount, against: .end)
            )
            unsafe x.withUnsafeBytes { unsafe source.base.copyMemory(from: $0.baseAddress!, byteCount: 4 * count) }
            withExtendedLifetime((source, target)) {
                unsafe quantizeRow(
                    type: type, source.floats, importance: .equal, rule: .searched, into: target.base, count: count)
            }
            let bytes = unsafe Array(UnsafeRawBufferPointer(start: target.base, count: byteCount))
            #expect(bytes == quantized(type, x))
        }
    }
}
