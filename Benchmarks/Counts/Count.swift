/// What one call of an operation costs, in things that can be counted and not only timed.
struct Count: Codable, Equatable {
    /// Machine instructions; nil where they cannot be counted.
    var instructions: Int?
    /// Calls of malloc and its relatives, and of mmap.
    var allocations: Int
}
