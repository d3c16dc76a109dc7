import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Cosines and sines of the rotary embedding's angles, times the attention factor: (positions, rotaryDimensions / 2) each.
///
/// The angle is the product of position and frequency rounded to a float, both themselves floats, as the published
/// implementations of these models form it: at position 4,000 that rounding moves an angle by up to 1e-4, and the
/// weights were trained with it. Cosine, sine and factor are computed in double precision and rounded once.
public final class RotaryTable: Sendable {
    public let rotaryDimensions: Int
    public let positions: Int
    private let buffer: HugePageBuffer

    /// - Parameter frequencies: radians per position, one for each pair of dimensions.
    /// - Precondition: the system has the memory, eight bytes for each position and frequency.
    public init(frequencies: [Double], attentionFactor: Double, positions: Int) {
        precondition(positions >= 0)
        let half = frequencies.count
        guard let buffer = HugePageBuffer(byteCount: max(positions * half, 1) * 8) else {
            preconditionFailure("no memory for the rotary angles of \(positions) positions")
        }
        self.rotaryDimensions = 2 * half
        self.positions = positions
        self.buffer = buffer
        let values = unsafe buffer.base.assumingMemoryBound(to: Float.self)
        for position in 0..<positions {
            let row = unsafe values + position * 2 * half
            for (index, frequency) in frequencies.enumerated() {
                let angle = Double(Float(position) * Float(frequency))
                unsafe row[index] = Float(cos(angle) * attentionFactor)
                unsafe row[half + index] = Float(sin(angle) * attentionFactor)
            }
        }
    }

    /// rotaryDimensions / 2 cosines, then as many sines.
    @unsafe func cosinesAndSines(position: Int) -> UnsafePointer<Float> {
        precondition(position >= 0 && position < positions, "position \(position) of a table with \(positions)")
        return unsafe UnsafePointer(buffer.base.assumingMemoryBound(to: Float.self)) + position * rotaryDimensions
    }
}
