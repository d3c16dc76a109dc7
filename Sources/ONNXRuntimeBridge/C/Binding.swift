internal import Synchronization

/// One sequence's inputs and outputs, bound to memory from run to run, and the runs themselves.
@safe final class Binding: @unchecked Sendable {
    private let session: Session
    private let handle: Functions.Handle
    private let options: Functions.Handle
    private let hostMemory: Functions.Handle
    private let state = Mutex(State())
    private var functions: Functions { session.runtime.functions }

    private struct State {
        var isRunning = false
        var isInterrupted = false
    }

    init(_ session: Session) throws(CallFailure) {
        let functions = session.runtime.functions
        let handle = try unsafe functions.make { unsafe functions.createBinding(session.handle, $0) }
        do throws(CallFailure) {
            let options = try unsafe functions.make { unsafe functions.createRunOptions($0) }
            do throws(CallFailure) {
                unsafe hostMemory = try unsafe functions.make { unsafe functions.createHostMemoryInfo(0, 0, $0) }
            } catch {
                unsafe functions.freeRunOptions(options)
                throw error
            }
            unsafe self.options = options
        } catch {
            unsafe functions.freeBinding(handle)
            throw error
        }
        self.session = session
        unsafe self.handle = handle
    }

    deinit {
        unsafe functions.freeBinding(handle)
        unsafe functions.freeRunOptions(options)
        unsafe functions.freeMemoryInfo(hostMemory)
    }

    /// Binds an input, in place of what it was bound to; where the provider computes elsewhere, it is copied there.
    func bind(input name: String, to tensor: Tensor) throws(CallFailure) {
        try unsafe functions.check(functions.bindInput(handle, name, tensor.handle))
    }

    /// Binds an output to memory that it is to be written to.
    func bind(output name: String, to tensor: Tensor) throws(CallFailure) {
        try unsafe functions.check(functions.bindOutput(handle, name, tensor.handle))
    }

    /// Has the library make room for an output at the next run, in this machine's memory.
    func bindToHost(output name: String) throws(CallFailure) {
        try unsafe functions.check(functions.bindOutputToMemory(handle, name, hostMemory))
    }

    /// Has the library make room for outputs at the next run, each where the provider leaves it.
    ///
    /// - Parameter indices: of the outputs among all of the session's.
    func bindWhereMade(outputs: [(name: String, index: Int)], of count: Int) throws(CallFailure) {
        var memories = unsafe [OpaquePointer?](repeating: nil, count: count)
        try unsafe functions.check(functions.outputMemory(session.handle, &memories, count))
        for (name, index) in outputs {
            // Where the library does not tell: by way of this machine's memory it works everywhere.
            let memory = unsafe memories[index] ?? hostMemory
            try unsafe functions.check(functions.bindOutputToMemory(handle, name, memory))
        }
    }

    /// Runs the model on what is bound.
    ///
    /// - Returns: whether it came to an end; false where ``interrupt()`` broke it off.
    func run() throws(CallFailure) -> Bool {
        state.withLock { state in
            state.isRunning = true
            state.isInterrupted = false
            try? unsafe functions.check(functions.unsetTerminate(options))
        }
        let status = unsafe functions.run(session.handle, options, handle)
        let isInterrupted = state.withLock { state in
            state.isRunning = false
            return state.isInterrupted
        }
        do throws(CallFailure) {
            try unsafe functions.check(status)
            try unsafe functions.check(functions.synchronizeOutputs(handle))
        } catch {
            if isInterrupted { return false }
            throw error
        }
        return true
    }

    /// Breaks off the run that is under way on another thread, between two operations; without one it does nothing.
    func interrupt() {
        state.withLock { state in
            guard state.isRunning else { return }
            state.isInterrupted = true
            try? unsafe functions.check(functions.setTerminate(options))
        }
    }

    /// What the last run gave, in the order in which outputs were bound first.
    func outputs() throws(CallFailure) -> [Tensor] {
        let functions = functions
        var list: UnsafeMutablePointer<OpaquePointer?>?
        var count = 0
        try unsafe functions.check(functions.boundOutputs(handle, session.runtime.allocator, &list, &count))
        guard let list = unsafe list else { return [] }
        defer { try? unsafe functions.check(functions.allocatorFree(session.runtime.allocator, list)) }
        var tensors: [Tensor] = []
        var failure: CallFailure?
        for index in 0..<count {
            guard let value = unsafe list[index] else { continue }
            do throws(CallFailure) {
                tensors.append(try unsafe Tensor(session.runtime, takingOver: value))
            } catch {
                unsafe functions.freeValue(value)
                failure = error
            }
        }
        if let failure { throw failure }
        return tensors
    }
}
