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
    /// Without what tells where in the library's sources something was thrown: `failed:/onnxruntime_src/…/model.cc:182 A::f(int) `.
    package static func ofONNXRuntime(_ text: String, status: Int32) -> String {
        let lines = text.split(separator: "\n").map { String(withoutPlaces($0)) }
        return readable(lines.joined(separator: "\n"), status: status) { $0.hasPrefix("Stacktrace:") }
    }

    private static func withoutPlaces(_ line: Substring) -> String {
        var kept: [Substring] = []
        var rest = line.drop { $0 == " " }
        while !rest.isEmpty {
            let word = rest.prefix { $0 != " " }
            rest = rest[word.endIndex...].drop { $0 == " " }
            if word.contains(".cc:") || word.contains(".h:") {
                if let path = word.firstIndex(of: "/"), path > word.startIndex { kept.append(word[..<path]) }
                rest = withoutSignature(rest)
            } else {
                kept.append(word)
            }
        }
        return kept.joined(separator: " ")
    }

    /// Without the function that a text begins with: `void A::f(const B<C>&)::<lambda(int)> const [with D = int] `.
    private static func withoutSignature(_ text: Substring) -> Substring {
        guard let open = text.firstIndex(of: "("),
            text[..<open].reversed().prefix(while: { $0 != " " }).contains(":")
        else { return text }
        var depth = 0
        for index in text[open...].indices {
            switch text[index] {
            case "(", "<": depth += 1
            case ")", ">": depth -= 1
            case " " where depth == 0:
                var rest = text[index...].drop { $0 == " " }
                if rest.hasPrefix("const ") { rest = rest.dropFirst(6) }
                if rest.hasPrefix("[with "), let end = rest.firstIndex(of: "]") { rest = rest[end...].dropFirst() }
                return rest.drop { $0 == " " }
            default: break
            }
        }
        return text
    }
}
