import Kernels
import TestSupport
import Testing

/// The loops that measure a machine do what they count.
@Suite struct RoofTests {
    @Test("every set reads every byte, and nothing beside", arguments: MatmulSet.available, [256, 512, 4_096, 9_984])
    func readMemory(set: MatmulSet, byteCount: Int) {
        for side in FencedMemory.Side.allCases {
            var generator = SplitMix64(seed: UInt64(byteCount))
            let memory = FencedMemory(byteCount: byteCount, against: side)
            let words = (0..<byteCount / 8).map { _ in generator.next() }
            for (index, word) in words.enumerated() {
                unsafe memory.base.storeBytes(of: word, toByteOffset: 8 * index, as: UInt64.self)
            }
            let kernel = unsafe set.all.roofs.readMemory
            #expect(unsafe kernel(memory.base, byteCount) == words.reduce(0, ^))
        }
    }

    /// 2 · 0.5 + 1 = 2: the sum tells how many chains there are, and so does what is counted.
    @Test("floats are multiplied and added as often as is counted", arguments: MatmulSet.available)
    func peakFloat(set: MatmulSet) {
        for rounds in [1, 2, 100] {
            let memory = FencedMemory([0.5, 1, 2, .nan])
            let kernel = unsafe set.all.roofs.peakFloat
            let count = unsafe kernel(memory.base, rounds)
            #expect(count > 0 && count % rounds == 0)
            #expect(memory.values(4)[3] == 2 * Float(count / rounds))
        }
        // From 0, with a factor of 1, each round adds 1: no round is left out.
        let memory = FencedMemory([1, 1, 0, .nan])
        let kernel = unsafe set.all.roofs.peakFloat
        let count = unsafe kernel(memory.base, 5)
        #expect(memory.values(4)[3] == Float(count))
    }

    @Test("bytes are multiplied and added in whole rounds", arguments: MatmulSet.available)
    func peakInt8(set: MatmulSet) {
        let kernel = unsafe set.all.roofs.peakInt8
        var counts: [Int] = []
        for rounds in [1, 3, 100] {
            // A factor of zero leaves the addend, 5 in every 16 bits.
            let memory = FencedMemory([0, 0x0005_0005, 0x0007_0007, 0].map { Float(bitPattern: $0) })
            counts.append(unsafe kernel(memory.base, rounds) / rounds)
            let sum = Int32(bitPattern: memory.values(4)[3].bitPattern)
            #expect(sum > 0 && sum % 5 == 0)
        }
        #expect(counts[0] > 0 && counts.allSatisfy { $0 == counts[0] })
    }
}
