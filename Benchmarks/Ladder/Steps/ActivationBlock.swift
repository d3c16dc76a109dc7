/// Thirty-two activations as integers, from step 3 on: 40 bytes instead of 128.
///
///     [f32 scale][s32 8·Σq][32 × s8 q]        x ≈ scale · q,  scale = max |x| / 120
///
/// The sum is there for step 5, which multiplies with nibbles as they are, 0...15, and takes the 8 that belongs off each
/// of them away once for a block: Σ (n − 8)·q = Σ n·q − 8·Σq.
public enum ActivationBlock {
    public static let bytes = 40
    /// Where the integers stand.
    public static let header = 8
    /// The largest integer. Of 127 a byte has room for, the product leaves 7: what its widest set adds to them must fit, too.
    public static let largest: Float = 120

    /// Quantises rows of activations: (tokens, columns) floats to (tokens, columns / 32) blocks.
    ///
    /// Part of every product's time: 64 tokens of 3072 columns are 0.2 M values, at 28 instructions each 5 % of what
    /// step 6 takes for 604 M multiply-adds. The product's own has vectors for it.
    public static func quantize(_ x: UnsafePointer<Float>, into blocks: UnsafeMutableRawPointer, _ sizes: Sizes) {
        for block in 0..<sizes.tokens * sizes.blocks {
            let source = x + 32 * block
            let destination = blocks + bytes * block
            var largest: Float = 0
            for i in 0..<32 { largest = max(largest, abs(source[i])) }
            let inverse = largest > 0 ? Self.largest / largest : 0
            let integers = (destination + header).assumingMemoryBound(to: Int8.self)
            var sum: Int32 = 0
            for i in 0..<32 {
                // Adding and taking off 1.5 · 2²³ rounds to the nearest integer, ties to even.
                let rounded = (source[i] * inverse + 0x1.8p23) - 0x1.8p23
                let integer = Int32(truncatingIfNeeded: Int(rounded))
                integers[i] = Int8(truncatingIfNeeded: integer)
                sum &+= integer
            }
            destination.storeBytes(of: largest / Self.largest, as: Float.self)
            destination.storeBytes(of: 8 &* sum, toByteOffset: 4, as: Int32.self)
        }
    }
}
