/// Byte-pair merging: again and again the pair of lowest rank, the leftmost of equals, becomes one piece.
///
/// Sennrich, Haddow, Birch, *Neural Machine Translation of Rare Words with Subword Units*, 2016. A short word is merged
/// by scanning its ranks; a long one by a heap over a linked list, O(n log n): a hundred kilobytes without a space
/// are one word to SentencePiece. Holds the scratch memory of one `encode`, so nothing is allocated per word.
struct PairMerger {
    /// The pieces of the word, in order; `merge` replaces them by the merged ones.
    var word: [Int32] = []
    /// Comparisons of ranks and heap operations so far: the growth test counts these instead of time.
    private(set) var operations = 0

    private var ranks: [UInt32] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap = MinHeap()

    private static let none = UInt32.max
    /// Up to here n² / 2 comparisons of neighbouring ranks in one cache line cost less than a heap.
    private static let scannedLength = 32

    mutating func merge(with table: MergeTable) {
        if word.count < 2 { return }
        if word.count <= Self.scannedLength { mergeByScanning(table) } else { mergeByHeap(table) }
    }

    // MARK: Short words

    private mutating func mergeByScanning(_ table: MergeTable) {
        ranks.removeAll(keepingCapacity: true)
        for index in 0..<word.count - 1 { ranks.append(rank(table, word[index], word[index + 1])) }
        while true {
            var best = Self.none
            var position = 0
            for index in ranks.indices where ranks[index] < best {
                best = ranks[index]
                position = index
            }
            operations += ranks.count
            guard best != Self.none, let merge = table.merge(word[position], word[position + 1]) else { return }
            word[position] = merge.result
            word.remove(at: position + 1)
            ranks.remove(at: position)
            if position < ranks.count { ranks[position] = rank(table, word[position], word[position + 1]) }
            if position > 0 { ranks[position - 1] = rank(table, word[position - 1], word[position]) }
        }
    }

    private func rank(_ table: MergeTable, _ left: Int32, _ right: Int32) -> UInt32 {
        table.merge(left, right)?.rank ?? Self.none
    }

    // MARK: Long words

    private mutating func mergeByHeap(_ table: MergeTable) {
        let count = word.count
        next = (1...Int32(count)).map { Int($0) == count ? -1 : $0 }
        previous = (0..<Int32(count)).map { $0 - 1 }
        heap.removeAll()
        for index in 0..<count - 1 { push(table, index, index + 1) }
        while let candidate = heap.popMin() {
            operations += 1
            let left = Int(UInt32(truncatingIfNeeded: candidate))
            // A candidate is stale when one of its pieces was merged away: the pair there now has another rank.
            guard word[left] >= 0, next[left] >= 0 else { continue }
            let right = Int(next[left])
            guard let merge = table.merge(word[left], word[right]), merge.rank == UInt32(candidate >> 32) else {
                continue
            }
            word[left] = merge.result
            word[right] = -1
            next[left] = next[right]
            if next[right] >= 0 {
                previous[Int(next[right])] = Int32(left)
                push(table, left, Int(next[right]))
            }
            if previous[left] >= 0 { push(table, Int(previous[left]), left) }
        }
        word.removeAll { $0 < 0 }
    }

    private mutating func push(_ table: MergeTable, _ left: Int, _ right: Int) {
        guard let merge = table.merge(word[left], word[right]) else { return }
        operations += 1
        heap.push(UInt64(merge.rank) << 32 | UInt64(left))
    }
}
