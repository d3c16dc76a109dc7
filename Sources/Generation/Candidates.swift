/// A token that may be drawn.
struct Candidate {
    let id: Int32
    let logit: Float

    /// Of equal logits the lower id goes first, so that every order is total and every draw repeatable.
    @inline(__always)
    func precedes(_ other: Candidate) -> Bool {
        logit > other.logit || (logit == other.logit && id < other.id)
    }
}

/// The tokens that may be drawn, taken from best to worst only as far as somebody asks.
///
/// A binary heap (Floyd 1964, "Algorithm 245: Treesort 3"): the nucleus of a vocabulary of 200,000 is
/// usually some hundreds of tokens, and a full sort would be wasted on the rest.
///
/// - Complexity: O(V) to fill, O(log n) for each candidate taken out of n filled in.
struct Candidates {
    /// `elements[..<heapCount]` is a heap; behind it stand those taken, the best last.
    private var elements: [Candidate] = []
    private var heapCount = 0

    var count: Int { elements.count }
    var takenCount: Int { elements.count - heapCount }

    /// Fills in the logits that are possible at all (above −∞) and no less than `floor`.
    mutating func fill(_ logits: Span<Float>, from floor: Float = -.infinity) {
        elements.removeAll(keepingCapacity: true)
        for id in logits.indices where logits[id] > -.infinity && logits[id] >= floor {
            elements.append(Candidate(id: Int32(truncatingIfNeeded: id), logit: logits[id]))
        }
        heapCount = elements.count
    }

    mutating func heapify() {
        for parent in stride(from: heapCount / 2 - 1, through: 0, by: -1) { siftDown(from: parent) }
    }

    /// Takes the best candidate not taken yet; ``heapify()`` must have been called.
    mutating func takeBest() -> Candidate? {
        guard heapCount > 0 else { return nil }
        heapCount -= 1
        elements.swapAt(0, heapCount)
        siftDown(from: 0)
        return elements[heapCount]
    }

    /// The candidates by rank: taken ones from best to worst.
    func taken(_ rank: Int) -> Candidate { elements[elements.count - 1 - rank] }

    /// The candidates in the order of their ids, as long as none was taken and ``heapify()`` was not called.
    func untouched(_ index: Int) -> Candidate { elements[index] }

    private mutating func siftDown(from start: Int) {
        guard start < heapCount else { return }
        let moving = elements[start]
        var hole = start
        while true {
            var child = 2 * hole + 1
            guard child < heapCount else { break }
            if child + 1 < heapCount, elements[child + 1].precedes(elements[child]) { child += 1 }
            guard elements[child].precedes(moving) else { break }
            elements[hole] = elements[child]
            hole = child
        }
        elements[hole] = moving
    }
}
