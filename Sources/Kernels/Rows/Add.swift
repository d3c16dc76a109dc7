/// Adds a row to another: `y[i] += x[i]`.
///
///     x, y   n floats each, any alignment
///
/// - Precondition: the rows are one and the same or do not overlap.
/// - Error: one rounding.
/// - Threads: none; callers split by rows.
func add(_ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>, count: Int) {
    var i = 0
    while i + 8 <= count {
        unsafe destination.store8(destination.load8(at: i) + source.load8(at: i), at: i)
        i += 8
    }
    while i < count {
        unsafe destination[i] += source[i]
        i += 1
    }
}
