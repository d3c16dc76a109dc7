/// Rows of logits, (rows, vocabulary), in memory that is kept from call to call so that decoding allocates nothing.
///
/// Owned by one caller at a time, who passes it to ``InferenceBackend/forward(_:into:)`` and reads it afterwards.
public final class LogitRows: @unchecked Sendable {
    public let vocabularySize: Int
    public private(set) var rowCount = 0
    /// All rows, one after another; grows, never shrinks. Values past `rowCount` rows are stale.
    public private(set) var values: [Float] = []

    public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

    /// Sets the number of rows before a backend fills them with ``setRow(_:from:)``.
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

    /// Lets a backend write one row in place, (vocabulary).
    public func withMutableRow<Result>(_ index: Int, _ body: (inout MutableSpan<Float>) -> Result) -> Result {
        precondition(index < rowCount)
        var all = values.mutableSpan
        var row = all.extracting(index * vocabularySize..<(index + 1) * vocabularySize)
        return body(&row)
    }
}
