/// Step 7: rows are taken in chunks that stay in the second-level cache for all tokens; and what is needed next is asked
/// for before it is needed.
///
/// In step 6 every four tokens stream the whole matrix, sixteen times over for 64 tokens: 14 GB a second for 100 G
/// multiply-adds, from the third-level cache if that has room for it and from memory if not, and as much again for every
/// further core. Here nine groups of rows (128 KiB / 13.8 KB) meet all tokens before the next nine. They take a
/// quarter of a small second-level cache, so that the activations passing by (15 KB for four tokens) do not push them out.
///
/// A single token uses every weight once and is bound by memory, so it asks 4 KiB ahead: memory answers after some 100 ns,
/// in which one core reads 2 KB; twice that for what the neighbours cost. The processor's own prefetcher stops at
/// the end of each 4 KiB page.
public func multiplyCacheBlocks(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, into y: UnsafeMutablePointer<Float>,
    rows: Int, blocks: Int, tokens: Int
) {
    let groups = rows / 8
    let chunk = tokens == 1 ? groups : max(1, (128 << 10) / (blocks * 144))
    for first in stride(from: 0, to: groups, by: chunk) {
        for token in stride(from: 0, to: tokens, by: 4) {
            multiplyTokens(
                Tile(w, x + token * blocks * 40, y + token * rows, rows: rows, blocks: blocks),
                groups: first..<min(first + chunk, groups), prefetching: 4096, count: min(4, tokens - token))
        }
    }
}
