/// A model that was compiled for a device. It makes requests, each with a cache of its own.
@safe package final class CompiledModel: @unchecked Sendable {
    /// What a request was compiled for, or is asked for.
    struct Port: Equatable {
        let name: String
        let type: ElementType
        /// nil for an extent that may vary.
        let shape: [Int?]
    }

    /// Numbers of `ov_element_type_e`, as they are since 2025.
    enum ElementType: UInt32 {
        case f16 = 3
        case f32 = 4
        case i32 = 9
        case i64 = 10
        /// Whatever else: no tensor that the bridge touches.
        case other = 0
    }

    let runtime: OpenVINORuntime
    /// The device that was asked for.
    let device: String
    private let handle: Functions.Handle

    /// Takes the handle over.
    @unsafe init(runtime: OpenVINORuntime, handle: Functions.Handle, device: String) {
        self.runtime = runtime
        unsafe self.handle = handle
        self.device = device
    }

    deinit { unsafe runtime.functions.freeCompiled(handle) }

    /// What the compiled model tells of itself; nil where it does not know the property.
    package func property(_ name: String) -> String? {
        try? unsafe runtime.functions.text { unsafe runtime.functions.compiledProperty(handle, name, $0) }
    }

    /// A request with an empty cache.
    func makeRequest() throws(CallFailure) -> InferRequest {
        let functions = runtime.functions
        return unsafe InferRequest(
            model: self, handle: try functions.make { unsafe functions.createRequest(handle, $0) })
    }

    func inputs() throws(CallFailure) -> [Port] {
        let functions = runtime.functions
        var count = 0
        try functions.check(unsafe functions.inputCount(handle, &count))
        return try unsafe ports(count) { unsafe functions.inputAtIndex(handle, $0, $1) }
    }

    func outputs() throws(CallFailure) -> [Port] {
        let functions = runtime.functions
        var count = 0
        try functions.check(unsafe functions.outputCount(handle, &count))
        return try unsafe ports(count) { unsafe functions.outputAtIndex(handle, $0, $1) }
    }

    private func ports(
        _ count: Int, _ port: (Int, Functions.HandleResult) -> Functions.Status
    ) throws(CallFailure) -> [Port] {
        var ports: [Port] = []
        for index in 0..<count {
            let handle = try unsafe runtime.functions.make { unsafe port(index, $0) }
            defer { unsafe runtime.functions.freePort(handle) }
            ports.append(try unsafe describe(handle))
        }
        return ports
    }

    private func describe(_ port: Functions.Handle) throws(CallFailure) -> Port {
        let functions = runtime.functions
        // Ports that nothing names are none that could be meant.
        let name = (try? unsafe functions.text { unsafe functions.portName(port, $0) }) ?? ""
        var type: UInt32 = 0
        try functions.check(unsafe functions.portType(port, &type))
        // {int64 leastRank, mostRank; {int64 least, most} *extents}
        var bounds: (Int64, Int64, UnsafeMutablePointer<(Int64, Int64)>?) = (0, 0, nil)
        try functions.check(unsafe functions.portShape(port, &bounds))
        defer { unsafe functions.freeShapeBounds(&bounds) }
        var shape: [Int?] = []
        if unsafe bounds.0 == bounds.1, (0...16).contains(unsafe bounds.0), let extents = unsafe bounds.2 {
            for axis in 0..<Int(unsafe bounds.0) {
                let (least, most) = unsafe extents[axis]
                shape.append(least == most ? Int(least) : nil)
            }
        }
        return Port(name: name, type: ElementType(rawValue: type) ?? .other, shape: shape)
    }
}
