/// Step 6: four tokens pass together, so that what is unpacked once serves four times.
///
/// Of the 0.2 instructions of step 5, the loads, shifts and masks of the nibbles (16 of 256 multiply-adds) and the
/// conversion of the scales need not be repeated for each token. Four tokens with a float sum and an integer sum each,
/// the two nibble vectors, the mask and the product in flight fill the sixteen vector registers; a fifth token would
/// spill. What remains for each token is broadcast, `vpmaddubsw`, `vpaddw`: three instructions for 32 multiply-adds.
///
/// For one token there is nothing to share, and nothing is gained.
public func multiplyFourTokens(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, into y: UnsafeMutablePointer<Float>,
    rows: Int, blocks: Int, tokens: Int
) {
    for token in stride(from: 0, to: tokens, by: 4) {
        multiplyTokens(
            Tile(w, x + token * blocks * 40, y + token * rows, rows: rows, blocks: blocks), groups: 0..<rows / 8,
            prefetching: 0, count: min(4, tokens - token))
    }
}
