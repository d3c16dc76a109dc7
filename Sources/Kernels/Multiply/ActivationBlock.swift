/// How 32 activations lie in memory once they are quantised: 16 bytes about the block, then its integers.
///
///     int8   [f32 scale][f32 scale·Σq       ][s32 −8·Σq              ][s32 −8·Σq₀…₁₅        ][32 × s8 q ]
///            [s32 −Σqᵢ·qᵢ₊₁₆ − 128·Σq₀…₁₅][s16 −8·Σq₀,₁,₄,₅…][s16 −8·Σq₂,₃,₆,₇…]                              56 bytes
///     int16  [f32 scale][f32 scale·Σq₀…₁₅   ][f32 scale·Σq₁₆…₃₁      ][f32 scale·Σq         ][32 × s16 q]   80 bytes
///     split  [f32 scale][f32 scale·Σq       ][s32 −8·Σq              ][unused               ]
///            [32 × s8 h][32 × s8 l], q = 256·h + l                                                          80 bytes
///
///     int15  [f32 scale][s32 −Σ(q₀q₂ + q₁q₃)][zeros                                 ][64 × s16 q] 144 bytes
///
/// The last one is for 64 activations, and its sum goes over all fours of columns; see ``WordBlock``.
///
/// The two forms of 16 bits hold the same integers and suit what they meet: bytes are widened to be multiplied with words,
/// while nibbles are multiplied with bytes, the high ones and then the low ones, unless they are expanded to words.
///
/// The sums are what a weight's minimum (or the 8 that makes a nibble signed, or the 128 that makes a byte unsigned) is
/// multiplied with. Those that an `int8` block ends with are for expanded nibbles (``ExpandedWeights``).
///
/// The rows that go through a kernel together lie as a panel, block beside block: a kernel that is made for so many
/// tokens finds them all at constant distances from one pointer, and reads one stream.
///
///     | block 0 of row 0 | block 0 of row 1 | … | block 1 of row 0 | block 1 of row 1 | …
public enum ActivationBlock {
    /// Bytes before the integers.
    @inlinable public static var header: Int { 16 }
    /// Bytes of a block with 8-bit integers.
    @inlinable public static var int8: Int { 16 + 32 + 8 }
    /// Bytes of a block with 16-bit integers.
    @inlinable public static var int16: Int { 16 + 64 }
    /// Bytes of a block with 16-bit integers in two halves.
    @inlinable public static var split: Int { 16 + 64 }
    /// Bytes of a block of 64 columns with 15-bit integers.
    @inlinable public static var int15: Int { 16 + 128 }
    /// Where the low bytes of a split block begin.
    @inlinable public static var lowBytes: Int { header + 32 }

    /// Where an `int8` block holds what products of two columns at once are to be corrected by.
    @inlinable public static var pairSum: Int { header + 32 }
    /// Where an `int8` block holds −8·Σq by the 16-bit lane that an instruction sums pairs of columns in.
    @inlinable public static var laneSums: Int { header + 36 }

    /// The largest integer of an `int8` block: with it a sum of an activation and a signed nibble, −8 to 7, fits into a byte.
    @inlinable public static var largestInt8: Float { 120 }
    /// The largest integer of 16 bits whose high byte stays within ±127: 256·127 + 127. Both forms of 16 bits have the same integers.
    @inlinable public static var largestInt16: Float { 32639 }
    /// Blocks below this are zeros: the reciprocal of a smaller scale would overflow.
    @inlinable public static var smallestMagnitude: Float { 0x1p-112 }

    /// Bytes of a row of activations.
    public static func rowBytes(columns: Int, _ activation: TileLayout.Activation) -> Int {
        if activation == .f32 { return columns * 4 }
        let block = blockColumns(activation)
        return (columns + block - 1) / block * bytes(activation)
    }

    /// Columns of a block.
    public static func blockColumns(_ activation: TileLayout.Activation) -> Int {
        activation == .int15 ? WordBlock.columns : 32
    }

    /// Bytes of a block.
    public static func bytes(_ activation: TileLayout.Activation) -> Int {
        switch activation {
        case .int8: int8
        case .int16, .words: int16
        case .split: split
        case .int15: int15
        case .f32: 32 * 4
        }
    }
}
