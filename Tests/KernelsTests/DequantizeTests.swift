import Kernels
import Tensors
import TestSupport
import Testing

/// Every block format against gguf-py's values, bit for bit.
@Suite struct DequantizeTests {
    @Test(.enabled(if: Golden.path("quant") != nil, "needs the golden data: quant"), arguments: ElementType.allCases)
    func matchesOracle(type: ElementType) throws {
        let path = try #require(Golden.path("quant/\(type.rawValue).safetensors"))
        let file = try SafetensorsFile(path: path)
        let cases = file.names.filter { $0.hasSuffix(".deq") }.map { String($0.dropLast(4)) }
        #expect(cases.count > 5)
        for name in cases {
            let expected = try #require(file.floats("\(name).deq")).map(\.bitPattern)
            let raw = try #require(file.bytes("\(name).raw"))
            let found = dequantized(type, raw, count: expected.count).map(\.bitPattern)
            #expect(found == expected, "\(type.rawValue) \(name)")
        }
    }

    /// One block at a time, and from an odd address, nothing changes and nothing outside is touched.
    @Test(arguments: ElementType.allCases)
    func staysWithinItsBlocks(type: ElementType) {
        var generator = SplitMix64(seed: 7)
        for blocks in [1, 2, 3, 5] {
            let count = blocks * type.blockLength * (type.isDense ? 3 : 1)
            let byteCount = count / type.blockLength * type.blockBytes
            let raw = (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) & 0x3b }
            let whole = dequantized(type, raw, count: count)
            let source = FencedMemory(byteCount: byteCount, against: .end)
            let target = FencedMemory(byteCount: count * 4, against: .end)
            unsafe source.base.copyMemory(from: raw, byteCount: byteCount)
            let y = unsafe target.floats
            withExtendedLifetime(source) {
                unsafe dequantizeRow(type: type, UnsafeRawPointer(source.base), into: y, count: count)
            }
            #expect(target.values(count).map(\.bitPattern) == whole.map(\.bitPattern))
        }
    }

    private func dequantized(_ type: ElementType, _ raw: [UInt8], count: Int) -> [Float] {
        var result = [Float](repeating: 0, count: count)
        unsafe raw.withUnsafeBytes { source in
            unsafe result.withUnsafeMutableBufferPointer { destination in
                guard let x = source.baseAddress, let y = destination.baseAddress else { return }
                unsafe dequantizeRow(type: type, x, into: y, count: count)
            }
        }
        return result
    }
}
