extension Span<UInt8> {
    /// The scalar that begins at a byte of valid UTF-8, and where the next one begins.
    @inline(__always)
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, end: Int) {
        let first = self[index]
        if first < 0x80 { return (Unicode.Scalar(first), index + 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let end = Swift.min(index + length, count)
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for position in index + 1..<Swift.max(end, index + 1) { value = value << 6 | UInt32(self[position] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", end)
    }

    /// The scalar that ends before a byte of valid UTF-8, and where it begins.
    func scalar(endingAt end: Int) -> (scalar: Unicode.Scalar, start: Int) {
        var start = end - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return (scalar(at: start).scalar, start)
    }
}
