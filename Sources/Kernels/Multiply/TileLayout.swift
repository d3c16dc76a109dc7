/// How the weights of eight rows lie together, so that a kernel streams through them from first byte to last.
///
/// A matrix is cut into groups of ``rows`` rows. Within a group, quantised weights go in blocks of ``columns``
/// columns, interleaved so that each 32-bit lane of a vector belongs to one row, and nothing is ever summed
/// across lanes. Each layout says how a weight w is made of its stored integer q.
///
///     nibble       [8 × f16 d]                              [128 B of nibbles]           w = d·(q − 8)
///     nibbleMin    [8 × f16 d][8 × f16 m]                   [128 B]                      w = d·q + m
///     nibbleK      [8 × f16 d][8 × f16 m] then 8 × { [8 × u8 a][8 × u8 b] [128 B] }      w = (d·a)·q + m·b
///     byte         [8 × f16 d]                              [256 B of signed bytes]      w = d·q
///     byteMin      [8 × f16 d][8 × f16 m]                   [256 B]                      w = d·q + m
///     byteK        [8 × f16 d][8 × f16 m] then 8 × { [8 × s8 a][8 × s8 b] [256 B] }      w = (d·a)·q + m·b
///     byteK16      [8 × f16 d]            then 8 × { [2 × 8 × s8 a] [256 B] }            w = (d·a)·q, a per 16 columns
///     byteK16Min   [8 × f16 d][8 × f16 m] then 8 × { [2 × 8 × s8 a][2 × 8 × s8 b] [256 B] }
///     word         [8 × bf16 d]                             [1024 B of 16-bit integers]  w = d·q, 64 columns
///     f32          column after column: 8 × f32
///     f16, bf16    column after column: 8 × 16 bits
///
/// In `nibble`, `nibbleMin`, `byte` and `byteMin` the scales stand before every block, or before every so many that share
/// them (`blocksPerScale`); the last run of a row may be shorter.
///
/// Nibbles: byte 4·r + i of vector v (v < 4) holds column 4·v + i of row r below and column 16 + 4·v + i above.
/// Bytes: byte 4·s + i of vector v (v < 8) holds column 4·v + i of the row that ``byteRows`` has at s.
/// Words: the 32-bit lane r of vector v (v < 32) holds columns 2·v and 2·v + 1 of row r; see ``WordBlock``.
public enum TileLayout: Sendable, CaseIterable {
    case nibble, nibbleMin, nibbleK
    case byte, byteMin, byteK, byteK16, byteK16Min
    case word
    case f32, f16, bf16

    /// Rows of a group: the 32-bit lanes of a 256-bit vector.
    @inlinable public static var rows: Int { 8 }

    /// Columns of a block: the group length that most quantised types share.
    @inlinable public static var columns: Int { 32 }

    /// Where the rows stand in a vector of bytes: chosen so that widening its two halves to 16 bits and adding
    /// neighbours puts the rows in order without a permutation.
    @inlinable public static func byteRow(_ slot: Int) -> Int {
        slot ^ (slot == 2 || slot == 3 || slot == 4 || slot == 5 ? 6 : 0)
    }

    /// What the kernels of a layout read the activations as; see ``ActivationBlock``. `words` is `int16` in the panels that
    /// nibbles and bytes expanded to words meet (``MultiplyKernels/expandedInt16``).
    public enum Activation: Sendable { case int8, int16, split, words, int15, f32 }

    /// The forms of activations that there are kernels for: of 8 bits, then of 16; or the one form there is.
    public var activations: [Activation] {
        switch self {
        case .nibble, .nibbleMin, .nibbleK: [.int8, .split]
        case .byte, .byteMin, .byteK, .byteK16, .byteK16Min: [.int8, .int16]
        case .word: [.int15]
        case .f32, .f16, .bf16: [.f32]
        }
    }

    /// Whether the weights are floats, and meet floats.
    public var isDense: Bool {
        switch self {
        case .f32, .f16, .bf16: true
        default: false
        }
    }

    /// Whether there is a minimum beside each scale.
    public var hasMinimum: Bool {
        switch self {
        case .nibbleMin, .nibbleK, .byteMin, .byteK, .byteK16Min: true
        default: false
        }
    }

    /// Whether a weight takes 16 bits and more.
    public var isWide: Bool { isDense || self == .word }

    /// Bytes of the f16 scales, and minimums, that a block or a run of blocks begins with.
    var scaleBytes: Int { isDense ? 0 : hasMinimum ? 32 : 16 }

    /// Bytes of a group over so many columns.
    /// - Parameter blocksPerScale: blocks of 32 columns that share a header; the K layouts have 8 in any case.
    /// - Precondition: whole blocks of 32 for the quantised layouts, of 256 for the K ones, of 64 for words.
    public func groupBytes(columns: Int, blocksPerScale: Int = 1) -> Int {
        let blocks = columns / Self.columns
        let headers = (blocks + blocksPerScale - 1) / blocksPerScale
        return switch self {
        case .nibble, .nibbleMin: headers * scaleBytes + blocks * 128
        case .nibbleK: blocks / 8 * (scaleBytes + 8 * (16 + 128))
        case .byte, .byteMin: headers * scaleBytes + blocks * 256
        case .byteK, .byteK16: blocks / 8 * (scaleBytes + 8 * (16 + 256))
        case .byteK16Min: blocks / 8 * (scaleBytes + 8 * (32 + 256))
        case .word: columns / WordBlock.columns * WordBlock.groupBytes
        case .f32: columns * 32
        case .f16, .bf16: columns * 16
        }
    }
}
