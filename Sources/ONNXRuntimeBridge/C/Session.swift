/// A model that is ready to run on a provider.
@safe final class Session: @unchecked Sendable {
    /// An input or output, as the model declares it.
    struct Port: Equatable {
        let name: String
        let type: ElementType
        /// nil for an extent that may vary.
        let shape: [Int?]
    }

    let runtime: ONNXRuntime
    let provider: ExecutionProvider
    let handle: Functions.Handle
    private var functions: Functions { runtime.functions }

    /// Takes the handle over.
    @unsafe init(runtime: ONNXRuntime, handle: Functions.Handle, provider: ExecutionProvider) {
        self.runtime = runtime
        unsafe self.handle = handle
        self.provider = provider
    }

    deinit { unsafe functions.freeSession(handle) }

    func inputs() throws(CallFailure) -> [Port] {
        let functions = functions
        var count = 0
        try unsafe functions.check(functions.inputCount(handle, &count))
        var ports: [Port] = []
        for index in 0..<count {
            let name = try unsafe text { unsafe functions.inputName(handle, index, runtime.allocator, $0) }
            let type = try unsafe functions.make { unsafe functions.inputType(handle, index, $0) }
            ports.append(try unsafe describe(type, name))
        }
        return ports
    }

    func outputs() throws(CallFailure) -> [Port] {
        let functions = functions
        var count = 0
        try unsafe functions.check(functions.outputCount(handle, &count))
        var ports: [Port] = []
        for index in 0..<count {
            let name = try unsafe text { unsafe functions.outputName(handle, index, runtime.allocator, $0) }
            let type = try unsafe functions.make { unsafe functions.outputType(handle, index, $0) }
            ports.append(try unsafe describe(type, name))
        }
        return ports
    }

    private func text(
        _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Functions.Status
    ) throws(CallFailure) -> String {
        var text: UnsafeMutablePointer<CChar>?
        try unsafe functions.check(call(&text))
        guard let text = unsafe text else { return "" }
        defer { try? unsafe functions.check(functions.allocatorFree(runtime.allocator, text)) }
        return unsafe String(cString: text)
    }

    /// Takes the type over.
    private func describe(_ type: Functions.Handle, _ name: String) throws(CallFailure) -> Port {
        defer { unsafe functions.freeTypeInfo(type) }
        var info: OpaquePointer?
        // Belongs to the type; nil where it is no tensor.
        try unsafe functions.check(functions.tensorInfo(type, &info))
        guard let info = unsafe info else { return Port(name: name, type: .other, shape: []) }
        let (element, shape) = try unsafe functions.describe(info)
        return Port(name: name, type: element, shape: shape.map { $0 < 0 ? nil : $0 })
    }
}

extension Functions {
    /// Element type and extents of a tensor, or of what a model declares; an extent below 0 may vary.
    func describe(_ info: Handle) throws(CallFailure) -> (type: ElementType, shape: [Int]) {
        var type: Int32 = 0
        try unsafe check(elementType(info, &type))
        var count = 0
        try unsafe check(rank(info, &count))
        guard (0...16).contains(count) else { throw CallFailure(message: "a tensor of rank \(count)") }
        var shape = [Int64](repeating: 0, count: count)
        if count > 0 { try unsafe check(extents(info, &shape, count)) }
        return (ElementType(rawValue: type) ?? .other, shape.map { Int($0) })
    }
}
