import Kernels
import TestSupport
import Testing

/// The search for scales, from every instruction set that this machine has: the bytes of a file may not differ.
@Suite struct ScaleSearchTests {
    /// Blocks of several kinds: normal, with outliers, constant, on a coarse grid with ties, tiny, zero and enormous.
    private static func blocks(_ random: inout SplitMix64) -> [SIMD8<Float>] {
        (0..<32).map { column in
            var lanes = SIMD8<Float>((0..<8).map { _ in random.gauss() })
            if column % 11 == 0 { lanes[1] *= 12 }
            lanes[2] = -0.7
            lanes[3] = (lanes[3] * 4).rounded() / 4
            lanes[4] *= 1e-30
            lanes[5] = 0
            lanes[6] *= 16_000
            // Both ends as far from 0.
            lanes[7] = column == 5 ? 2 : column == 6 ? -2 : min(max(lanes[7], -1.9), 1.9)
            return lanes
        }
    }

    @Test("scales of eight blocks have the portable kernel's bits, with importance and without", arguments: [8, 16])
    func symmetric(half: Int) {
        var random = SplitMix64(seed: 9)
        for _ in 0..<200 {
            let x = Self.blocks(&random)
            let h = (0..<32).map { _ in SIMD8<Float>((0..<8).map { _ in abs(random.gauss()) * 3 + 0.001 }) }
            for isWeighted in [false, true] {
                let expected = Self.scales(.portable, x, isWeighted ? h : nil, half)
                for set in MatmulSet.available {
                    let found = Self.scales(set.all.quantize, x, isWeighted ? h : nil, half)
                    for lane in 0..<8 {
                        #expect(found[lane].bitPattern == expected[lane].bitPattern, "\(set), lane \(lane)")
                    }
                }
            }
        }
    }

    private static func scales(
        _ kernels: QuantizeKernels, _ x: [SIMD8<Float>], _ h: [SIMD8<Float>]?, _ half: Int
    ) -> SIMD8<Float> {
        var scales = [SIMD8<Float>(repeating: .nan)]
        unsafe x.withUnsafeBufferPointer { x in
            unsafe (h ?? []).withUnsafeBufferPointer { weights in
                unsafe scales.withUnsafeMutableBufferPointer { scales in
                    unsafe kernels.symmetricScales(
                        x.baseAddress!, h == nil ? nil : weights.baseAddress, Float(half), 1.6, 5, scales.baseAddress!)
                }
            }
        }
        return scales[0]
    }
}
