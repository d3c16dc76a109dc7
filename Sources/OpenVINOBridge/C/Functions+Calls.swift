internal import DynamicLibraries

/// What the library answered instead of success.
struct CallFailure: Error, Equatable {
    let status: Int32
    let message: String
}

extension Functions {
    /// Throws what the library says where a call did not succeed.
    func check(_ status: Status) throws(CallFailure) {
        guard status != 0 else { return }
        var words = unsafe string(lastErrorMessage(), isOwned: true)
        if words.isEmpty { words = unsafe string(errorInfo(status), isOwned: false) }
        throw CallFailure(status: status, message: LibraryMessage.readable(words, status: status))
    }

    /// Makes an object by a call that fills in its handle.
    func make(_ call: (HandleResult) -> Status) throws(CallFailure) -> Handle {
        var handle: OpaquePointer?
        try check(unsafe call(&handle))
        guard let handle = unsafe handle else { throw CallFailure(status: -10, message: "no object was made") }
        return unsafe handle
    }

    /// A text by a call that fills in its address.
    func text(_ call: (TextResult) -> Status) throws(CallFailure) -> String {
        var result: UnsafeMutablePointer<CChar>?
        try check(unsafe call(&result))
        return unsafe string(result.map { unsafe UnsafePointer($0) }, isOwned: true)
    }

    private func string(_ words: Text?, isOwned: Bool) -> String {
        guard let words = unsafe words else { return "" }
        defer { if isOwned { unsafe freeText(words) } }
        return unsafe String(cString: words)
    }
}
