/// Copies of small parts of a file, for readers that parse it: no pointer leaves, every range is checked.
extension MappedFile {
    /// The little-endian integer at a byte offset, however it is aligned.
    ///
    /// - Precondition: all of its bytes lie inside the file.
    @inlinable
    public func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Value.Type = Value.self
    ) -> Value {
        precondition(offset >= 0 && MemoryLayout<Value>.size <= byteCount - offset, "an integer outside the file")
        return unsafe Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// - Precondition: the range lies inside the file.
    public func copyBytes(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range outside the file")
        return unsafe Array(bytes[range])
    }

    /// The text of a range, or nil where it is not UTF-8.
    ///
    /// - Precondition: the range lies inside the file.
    public func string(_ range: Range<Int>) -> String? {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range outside the file")
        return unsafe String(validating: bytes[range], as: UTF8.self)
    }
}
