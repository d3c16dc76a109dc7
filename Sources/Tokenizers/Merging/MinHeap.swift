/// A binary heap of 64-bit keys, the smallest first (Williams, *Algorithm 232: Heapsort*, 1964).
struct MinHeap {
    private var keys: [UInt64] = []

    mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

    /// - Complexity: O(log n)
    mutating func push(_ key: UInt64) {
        keys.append(key)
        var child = keys.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard key < keys[parent] else { break }
            keys[child] = keys[parent]
            child = parent
        }
        keys[child] = key
    }

    /// - Complexity: O(log n)
    mutating func popMin() -> UInt64? {
        guard let least = keys.first, let last = keys.popLast() else { return nil }
        if keys.isEmpty { return least }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < keys.count else { break }
            if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
            guard keys[child] < last else { break }
            keys[parent] = keys[child]
            parent = child
        }
        keys[parent] = last
        return least
    }
}
