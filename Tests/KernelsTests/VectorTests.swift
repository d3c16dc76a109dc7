import Foundation
import Kernels
import TestSupport
import Testing

/// The row operations against double precision, at every length around the vectors', right before unreadable memory.
@Suite struct VectorTests {
    static let counts = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40, 63, 64, 65, 100, 576, 577, 1_535, 3_072]

    @Test(arguments: MatmulSet.available, counts)
    func rmsNorm(set: MatmulSet, count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        for (magnitude, epsilon) in [(1, 1e-5), (1e-6, 1e-6), (1e12, 1e-5), (0, 1e-5)] as [(Float, Float)] {
            let x = generator.gauss(count).map { $0 * magnitude }
            let weight = generator.gauss(count)
            let mean = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
            let scale = 1 / (mean + Double(epsilon)).squareRoot()
            let (source, factors) = (FencedMemory(x), FencedMemory(weight))
            let target = FencedMemory(byteCount: count * 4, against: .end)
            let kernel = unsafe set.all.vector.rmsNorm
            withExtendedLifetime((source, factors)) {
                unsafe kernel(target.floats, source.floats, factors.floats, epsilon, count)
            }
            let found = target.values(count)
            let bound = 4 * Double(count).squareRoot() * 0x1p-24 + 0x1p-22
            for i in 0..<count {
                let exact = Double(x[i]) * scale * Double(weight[i])
                #expect(abs(Double(found[i]) - exact) <= bound * abs(exact) + 1e-44)
            }
            // In place, the same bits.
            withExtendedLifetime(factors) {
                unsafe kernel(source.floats, source.floats, factors.floats, epsilon, count)
            }
            #expect(source.values(count) == found)
        }
    }

    @Test(arguments: MatmulSet.available, counts)
    func swiGLU(set: MatmulSet, count: Int) {
        var generator = SplitMix64(seed: UInt64(count) + 1)
        for magnitude: Float in [1, 10, 40] {
            let gate = generator.gauss(count).map { $0 * magnitude }
            let up = generator.gauss(count)
            let found = activated(set, gate, up)
            for i in 0..<count {
                let exact = Double(gate[i]) / (1 + exp(-Double(gate[i]))) * Double(up[i])
                // Where e^x is past 2^127, the result is a product of subnormal weight.
                #expect(ulps(found[i], exact) <= 6 || abs(exact) < 1e-34, "silu(\(gate[i])) · \(up[i])")
            }
            // An element depends on its own two alone, wherever it stands.
            for i in stride(from: 0, to: count, by: 37) {
                #expect(activated(set, [gate[i]], [up[i]])[0].bitPattern == found[i].bitPattern)
            }
        }
    }

    /// The exponential through silu, over its whole range in fine steps.
    @Test(arguments: MatmulSet.available)
    func activationRange(set: MatmulSet) {
        let gate = stride(from: Float(-87), through: 87, by: 0.0137).map { $0 }
        let found = activated(set, gate, gate.map { _ in 1 })
        let greatest = zip(gate, found).map { ulps($1, Double($0) / (1 + exp(-Double($0)))) }.max() ?? 0
        #expect(greatest <= 4)
    }

    @Test(arguments: MatmulSet.available)
    func activationExtremes(set: MatmulSet) {
        let gate: [Float] = [0, -0.0, 88, 89, 200, 1e30, .infinity, -88, -89, -200, -1e30, 0x1p-130]
        let found = activated(set, gate, gate.map { _ in 2 })
        #expect(found[..<7] == [0, 0, 176, 178, 400, 2e30, .infinity])
        #expect(found[7...10].allSatisfy { $0 <= 0 && $0 > -1e-34 })
        #expect(abs(found[11]) <= 0x1p-130)
        #expect(activated(set, [.nan], [1])[0].isNaN)
        #expect(activated(set, [1], [.nan])[0].isNaN)
    }

    @Test(arguments: MatmulSet.available, [1, 2, 3, 7, 8, 9, 16, 24, 36, 48, 64])
    func rotate(set: MatmulSet, half: Int) {
        var generator = SplitMix64(seed: UInt64(half))
        let head = generator.gauss(2 * half)
        let angles = generator.gauss(half).map { Double($0) * 3 }
        let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
        let (memory, cosineMemory, sineMemory) = (FencedMemory(head), FencedMemory(cosines), FencedMemory(sines))
        let kernel = unsafe set.all.vector.rotate
        withExtendedLifetime((cosineMemory, sineMemory)) {
            unsafe kernel(memory.floats, cosineMemory.floats, sineMemory.floats, half)
        }
        let found = memory.values(2 * half)
        for i in 0..<half {
            let (a, b) = (Double(head[i]), Double(head[i + half]))
            let (c, s) = (Double(cosines[i]), Double(sines[i]))
            let bound = 3 * 0x1p-24 * (abs(a) + abs(b))
            #expect(abs(Double(found[i]) - (a * c - b * s)) <= bound)
            #expect(abs(Double(found[i + half]) - (b * c + a * s)) <= bound)
        }
    }

    @Test(arguments: MatmulSet.available, counts)
    func add(set: MatmulSet, count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        let (x, y) = (generator.gauss(count), generator.gauss(count))
        let (source, target) = (FencedMemory(x), FencedMemory(y))
        let kernel = unsafe set.all.vector.add
        withExtendedLifetime(source) { unsafe kernel(source.floats, target.floats, count) }
        #expect(target.values(count) == zip(x, y).map { $0 + $1 })
    }

    private func activated(_ set: MatmulSet, _ gate: [Float], _ up: [Float]) -> [Float] {
        let (source, factor) = (FencedMemory(gate), FencedMemory(up))
        let target = FencedMemory(byteCount: gate.count * 4, against: .end)
        let kernel = unsafe set.all.vector.swiGLU
        withExtendedLifetime((source, factor)) {
            unsafe kernel(target.floats, source.floats, factor.floats, gate.count)
        }
        return target.values(gate.count)
    }
}
