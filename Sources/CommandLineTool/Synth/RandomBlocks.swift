import Generation
import Kernels
import Tensors

/// Random weights made in the form in which they are stored: every bit of a block is drawn, then its scales are set so
/// that the weights have mean 0 and a given standard deviation. Nothing is quantised, so it is as fast as the generator.
///
/// Values are even over the levels of a type (over an interval for the dense types), where trained ones would gather
/// around zero: the same work for an engine, and no model to learn from.
struct RandomBlocks: Sendable {
    private let type: ElementType
    private let deviation: Float
    private let stamp: BlockStamp?

    init(_ type: ElementType, deviation: Float) {
        self.type = type
        self.deviation = deviation
        stamp = type.isDense ? nil : BlockStamp(type, deviation: deviation)
    }

    /// The bytes of `count` blocks (of `count` elements for a dense type); the same for the same seed.
    func bytes(count: Int, seed: UInt64) -> [UInt8] {
        var random = Xoshiro256(seed: seed)
        var bytes = [UInt8](repeating: 0, count: count * type.blockBytes)
        var span = bytes.mutableSpan
        if let stamp {
            Self.fill(&span, with: &random)
            for block in 0..<count { stamp.apply(to: &span, at: block * type.blockBytes) }
        } else {
            fillDense(&span, count: count, with: &random)
        }
        return bytes
    }

    private static func fill(_ bytes: inout MutableSpan<UInt8>, with random: inout Xoshiro256) {
        let whole = bytes.count & ~7
        for start in stride(from: 0, to: whole, by: 8) { bytes.store(random.next(), at: start) }
        for index in whole..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
    }

    /// Even between -√3 and √3 deviations.
    private func fillDense(_ bytes: inout MutableSpan<UInt8>, count: Int, with random: inout Xoshiro256) {
        let scale = deviation * Float(3).squareRoot() * 0x1p-31
        for index in 0..<count {
            let value = scale * Float(Int32(truncatingIfNeeded: random.next() >> 32))
            switch type {
            case .f16: bytes.store(Half.bits(value), at: 2 * index)
            case .bf16: bytes.store(BFloat16.bits(value), at: 2 * index)
            default: bytes.store(value.bitPattern, at: 4 * index)
            }
        }
    }
}

extension MutableSpan<UInt8> {
    /// Little-endian.
    @inline(__always)
    mutating func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        for index in 0..<Value.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> Value(8 * index))
        }
    }
}
