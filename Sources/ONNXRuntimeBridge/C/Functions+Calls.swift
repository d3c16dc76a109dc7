internal import DynamicLibraries

/// What the library answered instead of success.
struct CallFailure: Error, Equatable {
    let code: Int32
    let message: String

    init(code: Int32 = CallFailure.general, message: String) {
        self.code = code
        self.message = message
    }

    /// `ORT_FAIL`
    static let general: Int32 = 1
    /// Codes of `OrtErrorCode` that speak of the model's files: no such file, no model, not protobuf, no valid graph.
    static let ofModels: Set<Int32> = [3, 4, 7, 10]
}

extension Functions {
    /// Throws what the library says where a call did not succeed.
    func check(_ status: Status) throws(CallFailure) {
        guard let status = unsafe status else { return }
        defer { unsafe freeStatus(status) }
        let code = unsafe errorCode(status)
        let words = unsafe errorMessage(status).map { unsafe String(cString: $0) } ?? ""
        throw CallFailure(code: code, message: LibraryMessage.ofONNXRuntime(words, status: code))
    }

    /// Makes an object by a call that fills in its handle.
    func make(_ call: (HandleResult) -> Status) throws(CallFailure) -> Handle {
        var handle: OpaquePointer?
        try unsafe check(call(&handle))
        guard let handle = unsafe handle else { throw CallFailure(message: "no object was made") }
        return unsafe handle
    }
}

extension LibraryMessage {
    /// Without what tells where in the library's sources something was thrown: `failed:/onnxruntime_src/…/model.cc:182`.
    package static func ofONNXRuntime(_ text: String, status: Int32) -> String {
        let lines = text.split(separator: "\n").map { line in
            line.split(separator: " ").map { word in
                guard word.contains(".cc:") || word.contains(".h:") else { return String(word) }
                return word.firstIndex(of: "/").map { String(word[..<$0]) } ?? ""
            }.filter { !$0.isEmpty }.joined(separator: " ")
        }
        return readable(lines.joined(separator: "\n"), status: status) { $0.hasPrefix("Stacktrace:") }
    }
}
