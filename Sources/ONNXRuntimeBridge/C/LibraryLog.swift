internal import DynamicLibraries
internal import Synchronization

/// What the library logs of failures: where a provider does not come up, its status says that and no more, and the reason stands here.
///
/// The library has one log a process, whatever is opened and closed in it, and so has this.
enum LibraryLog {
    /// `ORT_LOGGING_LEVEL_ERROR`: nothing less is told.
    static let leastSeverity: Int32 = 3

    private static let last = Mutex<String?>(nil)

    /// Takes what is ours, a severity, a category, an identifier, a place in the sources, and the message.
    typealias Function =
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, Functions.Text?, Functions.Text?, Functions.Text?, Functions.Text?
        ) -> Void

    static let function: Function = { _, _, _, _, _, message in
        guard let message = unsafe message else { return }
        let text = unsafe String(cString: message)
        LibraryLog.last.withLock { $0 = text }
    }

    /// Makes a call, and adds to its failure what was logged last meanwhile.
    static func explaining(_ call: () throws(CallFailure) -> Void) throws(CallFailure) {
        last.withLock { $0 = nil }
        do throws(CallFailure) {
            try call()
        } catch {
            guard let text = last.withLock({ $0 }) else { throw error }
            let reason = LibraryMessage.ofONNXRuntime(text, status: error.code)
            throw error.message.contains(reason)
                ? error : CallFailure(code: error.code, message: "\(error.message): \(reason)")
        }
    }
}
