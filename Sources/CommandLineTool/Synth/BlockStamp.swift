import Kernels
import Tensors

/// What makes a block of random bits a block of weights: its scales, and where a minimum must undo the mean of the
/// levels, so that both rest on the same bits. The layouts stand beside the readers, in `Kernels/Dequantize`.
struct BlockStamp: Sendable {
    /// Where the f16 scale stands, and what it is.
    private let scale: (offset: Int, bits: UInt16)
    /// Keeps the random sign of the scale: it undoes the mean of levels such as -8...7.
    private let keepsSign: Bool
    /// Where the f16 minimum stands, and what it is.
    private let minimum: (offset: Int, bits: UInt16)?
    private let repair: Repair

    private enum Repair: Sendable {
        case none
        /// ggml's kernels take -128 for what its quantiser never writes.
        case noLowestByte
        /// The high nibble of the first sixteen bytes, a minimum, is the low one, a scale.
        case equalNibbles
        /// Each 6-bit minimum of the twelve packed bytes is the scale of its group.
        case equalPairs
    }

    /// - Precondition: `type` is no dense one.
    init(_ type: ElementType, deviation: Float) {
        // The deviation of a weight whose scale is 1; where blocks have scales inside, the product of both.
        let unit: Float
        var scaleOffset = 0
        var keepsSign = false
        // How many scales the minimum lies below zero: the mean of the levels.
        var minimum: (offset: Int, scales: Float)?
        var repair = Repair.none
        switch type {
        case .q4_0: (unit, keepsSign) = (Self.size(-8...7), true)
        case .q4_1: (unit, minimum) = (Self.spread(0...15), (2, -7.5))
        case .q5_0: (unit, keepsSign) = (Self.size(-16...15), true)
        case .q5_1: (unit, minimum) = (Self.spread(0...31), (2, -15.5))
        case .q2_K:
            unit = Self.size(0...15) * Self.spread(0...3)
            (scaleOffset, minimum, repair) = (80, (82, 1.5), .equalNibbles)
        case .q3_K: (unit, scaleOffset) = (Self.size(-32...31) * Self.size(-4...3), 108)
        case .q4_K:
            (unit, minimum, repair) = (Self.size(0...63) * Self.spread(0...15), (2, 7.5), .equalPairs)
        case .q5_K:
            (unit, minimum, repair) = (Self.size(0...63) * Self.spread(0...31), (2, 15.5), .equalPairs)
        case .q6_K: (unit, scaleOffset) = (Self.size(-128...127) * Self.size(-32...31), 208)
        case .iq4_NL: (unit, keepsSign) = (Self.iq4Size, true)
        case .iq4_XS: unit = Self.size(-32...31) * Self.iq4Size
        case .q8_0, .f32, .f16, .bf16: (unit, repair) = (Self.size(-127...127), .noLowestByte)
        }
        let bits = Half.bits(deviation / unit)
        scale = (scaleOffset, bits)
        // Of the scale as it is stored, so that the mean is 0 and not nearly so.
        self.minimum = minimum.map { ($0.offset, Half.bits($0.scales * Half.float(bits))) }
        self.keepsSign = keepsSign
        self.repair = repair
    }

    func apply(to bytes: inout MutableSpan<UInt8>, at start: Int) {
        let sign = keepsSign ? UInt16(bytes[start + scale.offset + 1] & 0x80) << 8 : 0
        bytes.store(scale.bits | sign, at: start + scale.offset)
        if let minimum { bytes.store(minimum.bits, at: start + minimum.offset) }
        switch repair {
        case .none: break
        case .noLowestByte:
            for index in start + 2..<start + 34 where bytes[index] == 0x80 { bytes[index] = 0 }
        case .equalNibbles:
            for index in start..<start + 16 { bytes[index] = (bytes[index] & 15) * 17 }
        case .equalPairs:
            // b[g + 4] holds the minimum where b[g] holds the scale; from the fifth on, b[g + 4] has the low four bits
            // of both and the two above stand on top of b[g - 4] and b[g].
            for index in start + 4..<start + 8 {
                bytes[index + 4] = bytes[index]
                bytes[index + 8] = (bytes[index + 8] & 15) * 17
            }
        }
    }

    /// The root of the mean square of integers that are all as likely.
    private static func size(_ levels: ClosedRange<Int>) -> Float {
        (levels.reduce(0) { $0 + Float($1 * $1) } / Float(levels.count)).squareRoot()
    }

    /// Their standard deviation.
    private static func spread(_ levels: ClosedRange<Int>) -> Float {
        (Float(levels.count * levels.count - 1) / 12).squareRoot()
    }

    /// The same of the sixteen levels of the IQ4 formats.
    private static let iq4Size: Float = 67.4
}
