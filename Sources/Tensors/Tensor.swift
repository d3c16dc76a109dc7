/// Memory that tensors look into: a mapped file or a buffer. Whoever holds the object keeps the bytes alive.
public protocol TensorStorage: AnyObject, Sendable {
    /// All bytes, unchanging in place and size for the life of the object.
    @unsafe var bytes: UnsafeRawBufferPointer { get }
}

/// A named, read-only view of row-major elements in some ``TensorStorage``.
public struct Tensor: Sendable {
    public let name: String
    public let type: ElementType
    public let shape: TensorShape
    public let storage: any TensorStorage
    /// Where the elements stand in the storage, in bytes.
    public let byteRange: Range<Int>

    /// - Precondition: the range lies inside the storage and holds exactly the elements of the shape, whole blocks
    ///   to a row. A reader of files proves both before it makes a tensor.
    public init(name: String, type: ElementType, shape: TensorShape, storage: any TensorStorage, byteOffset: Int) {
        precondition(shape.columns % type.blockLength == 0, "\(name): rows must be whole blocks")
        let byteCount = shape.rows * (shape.columns / type.blockLength) * type.blockBytes
        let available = unsafe storage.bytes.count
        precondition(byteOffset >= 0 && byteCount <= available - byteOffset, "\(name): extent outside the storage")
        self.name = name
        self.type = type
        self.shape = shape
        self.storage = storage
        self.byteRange = byteOffset..<byteOffset + byteCount
    }

    /// Bytes of one row.
    public var rowBytes: Int { shape.columns / type.blockLength * type.blockBytes }

    /// The elements' bytes; valid while `storage` lives. Rows follow one another with no gap.
    @unsafe public var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: storage.bytes[byteRange])
    }
}
