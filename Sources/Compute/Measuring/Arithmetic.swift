/// What an operation multiplies, and so which of a machine's ceilings it stands under.
package enum Arithmetic: String, CaseIterable, Sendable {
    case float
    /// Integers of 8 bits, or of 16 where a kernel widens them: both stand under the ceiling of bytes.
    case int8
}
