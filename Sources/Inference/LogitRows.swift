/// Rows of logits, (rows, vocabulary), in memory that is kept from call to call so that decoding allocates nothing.
///
/// Owned by one caller at a time, who passes it to ``InferenceBackend/forward(_:into:)`` and reads it afterwards.
public final class LogitRows: @unchecked Sendable {
    public let vocabularySize: Int
    public private(set) var rowCount = 0
    /// All rows, one after another; grows, never shrinks. Values past `rowCount` rows are stale.
    public private(set) var values: [Float] = []

    public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

    /// Sets the number of rows before a backend fills them with ``write(row:_:)``.
    public func resize(rows: Int) {
        rowCount = rows
        let missing = rows * vocabularySize - values.count
        if missing > 0 { values.append(contentsOf: repeatElement(0, count: missing)) }
    }

    /// The logits of one row, (vocabulary).
    public func row(_ index: Int) -> ArraySlice<Float> {
        precondition(index < rowCount)
        return values[index * vocabularySize..<(index + 1) * vocabularySize]
    }

    /// Lets a backend write one row in place: the body gets all values and the range that the row takes.
    public func write(row index: Int, _ body: (_ values: inout [Float], _ range: Range<Int>) -> Void) {
        precondition(index < rowCount)
        body(&values, index * vocabularySize..<(index + 1) * vocabularySize)
    }
}
