/// Arithmetic on sizes that a file claims: every count, extent and offset goes through here, and what does not fit
/// comes back as nil, never wrapped.
enum CheckedSize {
    static func sum(_ left: Int, _ right: Int) -> Int? {
        let (value, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : value
    }

    static func product(_ left: Int, _ right: Int) -> Int? {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : value
    }

    static func product(_ factors: [Int]) -> Int? {
        // An extent of zero must not hide that the others overflow: shapes are multiplied in any order later.
        var product = 1
        for factor in factors where factor != 0 {
            guard let next = Self.product(product, factor) else { return nil }
            product = next
        }
        return factors.contains(0) ? 0 : product
    }

    /// The next multiple of `alignment`.
    ///
    /// - Precondition: `alignment` is positive.
    static func alignedUp(_ value: Int, to alignment: Int) -> Int? {
        let remainder = value % alignment
        return remainder == 0 ? value : sum(value, alignment - remainder)
    }
}
