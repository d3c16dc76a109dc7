extension Session {
    /// Which provider computes how many operations of which kind.
    ///
    /// - Returns: nil where the library does not tell, or was asked not to.
    func assignment() -> GraphAssignment? {
        guard let calls = unsafe runtime.functions.assignment else { return nil }
        do throws(CallFailure) {
            var counts: [String: [String: Int]] = [:]
            try unsafe forEach({ unsafe calls.parts(handle, $0, $1) }) { part throws(CallFailure) in
                let provider = try unsafe text { unsafe calls.provider(part, $0) }
                try unsafe forEach({ unsafe calls.operations(part, $0, $1) }) { operation throws(CallFailure) in
                    let kind = try unsafe text { unsafe calls.kind(operation, $0) }
                    counts[provider, default: [:]][kind, default: 0] += 1
                }
            }
            return GraphAssignment(counts)
        } catch {
            return nil
        }
    }

    /// Goes through what a call lists; it belongs to the session.
    private func forEach(
        _ call: (Functions.Assignment.List, UnsafeMutablePointer<Int>) -> Functions.Status,
        _ body: (Functions.Handle) throws(CallFailure) -> Void
    ) throws(CallFailure) {
        var list: UnsafePointer<OpaquePointer?>?
        var count = 0
        try unsafe runtime.functions.check(call(&list, &count))
        guard let list = unsafe list else { return }
        for index in 0..<count {
            if let handle = unsafe list[index] { try unsafe body(handle) }
        }
    }

    private func text(
        _ call: (UnsafeMutablePointer<Functions.Text?>) -> Functions.Status
    ) throws(CallFailure) -> String {
        var text: Functions.Text?
        try unsafe runtime.functions.check(call(&text))
        return unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
}
