extension CachePages {
    /// What the first pages hold of the first layer: as many as `tokens` take, head by head.
    ///
    /// - Precondition: the pages have been grown to and not been discarded.
    package func copyBytes(tokens: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for page in 0..<(tokens + Self.pageTokens - 1) / Self.pageTokens {
            for head in 0..<shape.keyValueHeadCount {
                let start = unsafe pointer(page: page, layer: 0, head: head)
                unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: layout.headBytes))
            }
        }
        return bytes
    }
}
