import Kernels

/// Memory of this machine that tensors may lie in.
@safe final class HostMemory: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// Memory whose contents mean nothing yet. The system gives large pieces page by page, as they are touched.
    init(byteCount: Int) {
        self.byteCount = byteCount
        // One byte at least: some calls want an address where there is nothing to read.
        unsafe base = .allocate(byteCount: max(byteCount, 64), alignment: 64)
    }

    deinit { unsafe base.deallocate() }

    /// Writes integers from an index of 64-bit integers on.
    func write(_ values: some Collection<Int64>, at index: Int = 0) {
        precondition(index >= 0 && (index + values.count) * 8 <= byteCount)
        let target = unsafe (base + index * 8).assumingMemoryBound(to: Int64.self)
        for (offset, value) in values.enumerated() { unsafe target[offset] = value }
    }

    /// Copies stretches of bytes that lie evenly apart in both memories.
    func copy(from other: HostMemory, stretches: Int, bytes: Int, stride: Int, otherStride: Int) {
        precondition(bytes <= stride && bytes <= otherStride)
        precondition(stretches * stride <= byteCount && stretches * otherStride <= other.byteCount)
        for index in 0..<stretches {
            unsafe (base + index * stride).copyMemory(from: other.base + index * otherStride, byteCount: bytes)
        }
    }
}

/// Gives out memory where a session's provider computes.
@safe final class DeviceAllocator: @unchecked Sendable {
    private let session: Session
    fileprivate let handle: Functions.Handle

    /// - Parameter output: the place of an output whose memory it is to be.
    init(_ session: Session, likeOutput output: Int, of count: Int) throws(CallFailure) {
        let functions = session.runtime.functions
        var memories = unsafe [OpaquePointer?](repeating: nil, count: count)
        try unsafe functions.check(functions.outputMemory(session.handle, &memories, count))
        guard let memory = unsafe memories[output] else { throw CallFailure(message: "an output without memory") }
        unsafe handle = try unsafe functions.make { unsafe functions.createAllocator(session.handle, memory, $0) }
        self.session = session
    }

    deinit { unsafe session.runtime.functions.freeAllocator(handle) }

    /// A tensor whose contents mean nothing yet.
    func makeTensor(_ type: ElementType, _ shape: [Int]) throws(CallFailure) -> Tensor {
        let functions = session.runtime.functions
        let extents = shape.map { Int64($0) }
        let value = try unsafe functions.make {
            unsafe functions.allocateTensor(handle, extents, extents.count, type.rawValue, $0)
        }
        return unsafe Tensor(session.runtime, takingOver: value, type: type, shape: shape, owner: self)
    }
}

/// A tensor of the library's, in memory of ours or of its own.
@safe final class Tensor: @unchecked Sendable {
    let type: ElementType
    let shape: [Int]
    let handle: Functions.Handle
    private let runtime: ONNXRuntime
    /// Whose memory it is: kept as long as the tensor.
    private let owner: AnyObject?

    /// A tensor over the beginning of a memory.
    init(_ runtime: ONNXRuntime, _ memory: HostMemory, type: ElementType, shape: [Int]) throws(CallFailure) {
        let functions = runtime.functions
        let byteCount = shape.reduce(type.byteCount, *)
        precondition(byteCount <= memory.byteCount || byteCount == 0)
        // OrtDeviceAllocator, OrtMemTypeDefault
        let info = try unsafe functions.make { unsafe functions.createHostMemoryInfo(0, 0, $0) }
        defer { unsafe functions.freeMemoryInfo(info) }
        let extents = shape.map { Int64($0) }
        unsafe handle = try unsafe functions.make {
            unsafe functions.createTensor(info, memory.base, byteCount, extents, extents.count, type.rawValue, $0)
        }
        self.runtime = runtime
        self.type = type
        self.shape = shape
        owner = memory
    }

    /// Takes a tensor of the library's over, unless it throws.
    @unsafe init(_ runtime: ONNXRuntime, takingOver handle: Functions.Handle) throws(CallFailure) {
        let functions = runtime.functions
        let info = try unsafe functions.make { unsafe functions.tensorType(handle, $0) }
        defer { unsafe functions.freeTensorInfo(info) }
        (type, shape) = try unsafe functions.describe(info)
        unsafe self.handle = handle
        self.runtime = runtime
        owner = nil
    }

    /// Takes a tensor over whose memory is somebody's.
    @unsafe fileprivate init(
        _ runtime: ONNXRuntime, takingOver handle: Functions.Handle, type: ElementType, shape: [Int], owner: AnyObject
    ) {
        self.runtime = runtime
        unsafe self.handle = handle
        self.type = type
        self.shape = shape
        self.owner = owner
    }

    deinit { unsafe runtime.functions.freeValue(handle) }

    /// Rows of the last extent.
    var rowCount: Int { shape.dropLast().reduce(1, *) }
    var columnCount: Int { shape.last ?? 0 }

    /// Copies a row of floats, in this machine's memory.
    ///
    /// - Parameter range: of `values`; as long as a row.
    func copyRow(_ row: Int, into values: inout [Float], _ range: Range<Int>) throws(CallFailure) {
        precondition((0..<rowCount).contains(row) && range.count == columnCount && type.isFloat)
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        var base: UnsafeMutableRawPointer?
        try unsafe runtime.functions.check(runtime.functions.tensorData(handle, &base))
        guard let base = unsafe base else { throw CallFailure(message: "a tensor without memory") }
        let source = unsafe base + row * columnCount * type.byteCount
        let (first, count) = (range.lowerBound, range.count)
        switch type {
        case .f32:
            unsafe values.withUnsafeMutableBytes { bytes in
                let target = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[first * 4..<(first + count) * 4])
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count * 4))
            }
        case .f16:
            for column in 0..<count {
                values[first + column] = Half.float(
                    unsafe source.loadUnaligned(fromByteOffset: column * 2, as: UInt16.self))
            }
        default:
            for column in 0..<count {
                values[first + column] = BFloat16.float(
                    unsafe source.loadUnaligned(fromByteOffset: column * 2, as: UInt16.self))
            }
        }
    }
}
