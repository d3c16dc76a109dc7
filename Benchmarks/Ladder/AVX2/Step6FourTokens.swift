/// Step 6: four tokens pass together, so that what is unpacked once serves four times.
///
/// The loads, shifts and masks of the nibbles and the conversion of the scales are not repeated for each token: 0.176
/// instructions for a multiply-add and not 0.200. What remains for each token is broadcast, `vpmaddubsw`, `vpaddw`, three
/// instructions for 32 multiply-adds. The larger gain is traffic: step 5 streams the matrix of 5.3 MB 64 times for 64
/// tokens, at 76 G multiply-adds a second 43 GB a second from the third-level cache; here it comes by 16 times.
///
/// Why four: a float sum and an integer sum for each, the two nibble vectors, the mask and the products in flight fill
/// the sixteen vector registers; a fifth token would spill. For one token there is nothing to share, and nothing is gained.
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
