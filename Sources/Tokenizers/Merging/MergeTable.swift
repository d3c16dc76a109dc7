/// Which two neighbouring pieces merge, how early, and into what.
///
/// Open addressing over the packed pair; the value packs rank and result, so that one probe answers all three.
struct MergeTable: Sendable {
    struct Merge: Equatable {
        /// Lower merges first.
        let rank: UInt32
        let result: Int32
    }

    private static let empty = UInt64.max
    private var keys: [UInt64]
    private var values: [UInt64]
    private(set) var count = 0

    init(capacity: Int) {
        var slots = 16
        while slots < capacity * 2 { slots *= 2 }
        keys = Array(repeating: Self.empty, count: slots)
        values = Array(repeating: 0, count: slots)
    }

    /// Adds a merge, or replaces the one that the pair has (the last line of a list counts).
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        if (count + 1) * 2 > keys.count { grow() }
        let key = Self.key(left, right)
        let slot = slot(of: key)
        if keys[slot] == Self.empty { count += 1 }
        keys[slot] = key
        values[slot] = UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
    }

    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let slot = slot(of: Self.key(left, right))
        guard keys[slot] != Self.empty else { return nil }
        return Self.merge(values[slot])
    }

    /// All merges, in no order.
    var entries: [(left: Int32, right: Int32, merge: Merge)] {
        keys.indices.compactMap { slot in
            guard keys[slot] != Self.empty else { return nil }
            let (left, right) = (keys[slot] >> 32, keys[slot] & 0xffff_ffff)
            return (Int32(truncatingIfNeeded: left), Int32(truncatingIfNeeded: right), Self.merge(values[slot]))
        }
    }

    private static func merge(_ value: UInt64) -> Merge {
        Merge(rank: UInt32(truncatingIfNeeded: value >> 32), result: Int32(truncatingIfNeeded: value))
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func slot(of key: UInt64) -> Int {
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: SeededHash.hash(key)) & mask
        while keys[slot] != Self.empty, keys[slot] != key { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        var larger = MergeTable(capacity: keys.count)
        for (key, value) in zip(keys, values) where key != Self.empty {
            let slot = larger.slot(of: key)
            larger.keys[slot] = key
            larger.values[slot] = value
        }
        larger.count = count
        self = larger
    }
}
