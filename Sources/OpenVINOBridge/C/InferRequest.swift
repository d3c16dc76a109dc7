import Kernels

/// One sequence's run through a compiled model: its inputs, its cache, its output.
@safe final class InferRequest: @unchecked Sendable {
    private let model: CompiledModel
    private let handle: Functions.Handle
    private var functions: Functions { model.runtime.functions }

    /// Takes the handle over.
    @unsafe init(model: CompiledModel, handle: Functions.Handle) {
        self.model = model
        unsafe self.handle = handle
    }

    deinit { unsafe functions.freeRequest(handle) }

    /// Sets an input of 64-bit integers.
    ///
    /// - Parameter shape: its product is the count of `values`.
    func set(_ name: String, _ values: [Int64], shape: [Int]) throws(CallFailure) {
        try set(name, values, type: .i64, shape: shape)
    }

    /// Sets an input of 32-bit integers.
    func set(_ name: String, _ values: [Int32], shape: [Int]) throws(CallFailure) {
        try set(name, values, type: .i32, shape: shape)
    }

    private func set<Element: BitwiseCopyable>(
        _ name: String, _ values: [Element], type: CompiledModel.ElementType, shape: [Int]
    ) throws(CallFailure) {
        precondition(values.count == shape.reduce(1, *))
        let extents = shape.map { Int64($0) }
        let tensor = try unsafe functions.make { result in
            #if os(Windows)
                unsafe extents.withUnsafeBufferPointer { extents in
                    var shape = (Int64(extents.count), unsafe extents.baseAddress)
                    return unsafe functions.createTensor(type.rawValue, &shape, result)
                }
            #else
                unsafe functions.createTensor(type.rawValue, Int64(extents.count), extents, result)
            #endif
        }
        // The request holds on to what it was given.
        defer { unsafe functions.freeTensor(tensor) }
        let memory = try unsafe data(of: tensor)
        unsafe values.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe memory.copyMemory(from: source, byteCount: bytes.count)
        }
        try functions.check(unsafe functions.setTensor(handle, name, tensor))
    }

    /// Runs the model on what was set. The cache grows by it.
    func infer() throws(CallFailure) {
        try functions.check(unsafe functions.infer(handle))
    }

    /// An output of the last run, to be read before the next.
    func output(_ name: String) throws(CallFailure) -> OutputTensor {
        let functions = functions
        let tensor = try unsafe functions.make { unsafe functions.getTensor(handle, name, $0) }
        do throws(CallFailure) {
            return try unsafe OutputTensor(
                owner: self, functions: functions, handle: tensor, base: try data(of: tensor))
        } catch {
            unsafe functions.freeTensor(tensor)
            throw error
        }
    }

    private func data(of tensor: Functions.Handle) throws(CallFailure) -> UnsafeMutableRawPointer {
        var base: UnsafeMutableRawPointer?
        try functions.check(unsafe functions.tensorData(tensor, &base))
        guard let base = unsafe base else { throw CallFailure(status: -10, message: "a tensor without memory") }
        return unsafe base
    }
}

/// What a run gave, in the library's memory.
@safe final class OutputTensor {
    let shape: [Int]
    let type: CompiledModel.ElementType
    private let owner: InferRequest
    private let functions: Functions
    private let handle: Functions.Handle
    private let base: UnsafeRawPointer

    /// Takes the handle over, unless it throws.
    @unsafe fileprivate init(
        owner: InferRequest, functions: Functions, handle: Functions.Handle, base: UnsafeMutableRawPointer
    ) throws(CallFailure) {
        var type: UInt32 = 0
        try functions.check(unsafe functions.tensorType(handle, &type))
        // {int64 rank; int64 *extents}
        var extents: (Int64, UnsafeMutablePointer<Int64>?) = (0, nil)
        try functions.check(unsafe functions.tensorShape(handle, &extents))
        defer { _ = unsafe functions.freeShape(&extents) }
        var shape: [Int] = []
        if (0...16).contains(unsafe extents.0), let list = unsafe extents.1 {
            for axis in 0..<Int(unsafe extents.0) { shape.append(Int(unsafe list[axis])) }
        }
        self.shape = shape
        self.type = CompiledModel.ElementType(rawValue: type) ?? .other
        self.owner = owner
        self.functions = functions
        unsafe self.handle = handle
        unsafe self.base = UnsafeRawPointer(base)
    }

    deinit { unsafe functions.freeTensor(handle) }

    /// Rows of the last extent.
    var rowCount: Int { shape.dropLast().reduce(1, *) }
    var columnCount: Int { shape.last ?? 0 }

    /// Copies a row of 32-bit or 16-bit floats.
    ///
    /// - Parameter range: of `values`; as long as a row.
    func copyRow(_ row: Int, into values: inout [Float], _ range: Range<Int>) {
        precondition((0..<rowCount).contains(row) && range.count == columnCount)
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        let first = row * columnCount
        switch type {
        case .f32:
            unsafe values.withUnsafeMutableBytes { destination in
                let target = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: destination[range.lowerBound * 4..<range.upperBound * 4])
                unsafe target.copyMemory(
                    from: UnsafeRawBufferPointer(start: base + first * 4, count: columnCount * 4))
            }
        case .f16:
            for column in 0..<columnCount {
                let bits = unsafe (base + (first + column) * 2).loadUnaligned(as: UInt16.self)
                values[range.lowerBound + column] = Half.float(bits)
            }
        default: preconditionFailure("the element type was checked when the model was compiled")
        }
    }
}
