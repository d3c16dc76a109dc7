/// Weights from step 4 on: eight rows lie together, so that each 32-bit lane of a 256-bit vector belongs to one of them.
///
///     group g:  ┌ 16 B: 8 × f16 d ┬───────────── 128 B of nibbles ─────────────┐  block 0 of rows 8g...8g+7
///               ├─────────────────┼────────────────────────────────────────────┤  block 1
///     vector v: │ r0: c4v c4v+1 c4v+2 c4v+3 │ r1: … │ … │ r7: …                │  v < 4
///
/// A low nibble is the column named, the high one of the same byte 16 columns on, as in the file: no bit moves within its
/// byte, and the matrix is as large as it was. A model's weights are laid out anew once, when it is loaded.
public enum InterleavedWeights {
    /// Bytes of eight blocks.
    public static let blockBytes = 16 + 128

    public static func bytes(_ sizes: Sizes) -> Int { sizes.groups * sizes.blocks * blockBytes }

    /// Q4_0 rows in, interleaved groups out.
    public static func interleave(_ w: UnsafeRawPointer, into result: UnsafeMutableRawPointer, _ sizes: Sizes) {
        for group in 0..<sizes.groups {
            for block in 0..<sizes.blocks {
                let destination = result + (group * sizes.blocks + block) * blockBytes
                for row in 0..<8 {
                    let source = w + ((8 * group + row) * sizes.blocks + block) * Q40Block.bytes
                    (destination + 2 * row).copyMemory(from: source, byteCount: 2)
                    for v in 0..<4 {
                        (destination + 16 + 32 * v + 4 * row).copyMemory(from: source + 2 + 4 * v, byteCount: 4)
                    }
                }
            }
        }
    }
}
