import CVectors

/// Step 5: one instruction, `vpmaddubsw`, multiplies 32 unsigned bytes with 32 signed ones and adds them in pairs.
///
///     vpmaddubsw   lane i (16 bits) = n[2i]·q[2i] + n[2i + 1]·q[2i + 1]         n unsigned, q signed
///
/// It was made for such products, and it wants one factor without a sign: so the nibbles stay 0...15, and the 8 that
/// belongs off each is taken off the block's sum (``ActivationBlock`` holds 8·Σq). The sums of a block stay in 16 bits:
/// eight pairs of at most 2·15·120 are 28,800, just below the 32,767 where the instruction would saturate.
///
/// For 256 multiply-adds, a block of eight rows: 4 loads, 4 shifts and 8 masks for the nibbles, 8 broadcasts, 8
/// `vpmaddubsw`, 8 additions, and about ten instructions to convert and scale: 0.20 instructions for a multiply-add,
/// six times fewer than step 4. From here on a single token is bound by memory, and no arithmetic makes it faster.
public func multiplyBytesTimesBytes(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, into y: UnsafeMutablePointer<Float>,
    rows: Int, blocks: Int, tokens: Int
) {
    for token in 0..<tokens {
        multiplyTile(
            Tile(w, x + token * blocks * 40, y + token * rows, rows: rows, blocks: blocks), groups: 0..<rows / 8,
            prefetching: 0, Tokens<1>.self)
    }
}
