/// Texts as C has them, in an array of pointers, for as long as the object lives.
@safe package final class CTexts: @unchecked Sendable {
    package typealias Text = UnsafePointer<CChar>

    private let pointers: UnsafeMutablePointer<Text?>
    private let storage: [UnsafeMutablePointer<CChar>]

    /// - Parameter capacity: pointers of the array; those behind the texts are nil.
    package init(_ texts: [String], capacity: Int = 0) {
        let capacity = max(texts.count, capacity, 1)
        var storage: [UnsafeMutablePointer<CChar>] = unsafe []
        unsafe pointers = .allocate(capacity: capacity)
        unsafe pointers.initialize(repeating: nil, count: capacity)
        for (index, text) in texts.enumerated() {
            let bytes = text.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            for (offset, byte) in bytes.enumerated() { unsafe copy[offset] = byte }
            unsafe storage.append(copy)
            unsafe pointers[index] = UnsafePointer(copy)
        }
        unsafe self.storage = storage
    }

    deinit {
        for index in unsafe storage.indices { unsafe storage[index].deallocate() }
        unsafe pointers.deallocate()
    }

    package func withPointers<Result>(_ body: (UnsafePointer<Text?>) -> Result) -> Result {
        unsafe body(UnsafePointer(pointers))
    }
}
