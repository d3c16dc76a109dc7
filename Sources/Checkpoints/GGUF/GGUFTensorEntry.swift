import Tensors
import UntrustedInput

/// What the header of a GGUF file says about one tensor.
struct GGUFTensorEntry {
    let name: String
    /// Outermost first, turned round from the file's order.
    private let extents: [Int]
    private let type: ElementType
    private let offset: UInt64

    init(_ cursor: inout GGUFCursor, index: Int) throws(InputError) {
        let path = cursor.file.path
        name = try cursor.name(limit: Limits.tensorNameBytes, field: "name of tensor \(index)")
        let rank = try cursor.integer(UInt32.self, field: "\(name): rank")
        guard (1...UInt32(Limits.tensorRank)).contains(rank) else {
            throw .outOfRange(
                file: path, field: "\(name): rank", found: "\(rank)", expected: "1 to \(Limits.tensorRank)")
        }
        var extents: [Int] = []
        for _ in 0..<rank {
            let extent = try cursor.integer(UInt64.self, field: "\(name): shape")
            guard extent > 0, let value = Int(exactly: extent) else {
                throw .outOfRange(file: path, field: "\(name): shape", found: "\(extent)", expected: "1 to \(Int.max)")
            }
            extents.append(value)
        }
        self.extents = extents.reversed()
        let number = try cursor.integer(UInt32.self, field: "\(name): element type")
        guard let type = ElementType(ggufNumber: number) else {
            throw .unsupported(
                file: path, field: "\(name): element type", found: "type \(number)",
                supported: ElementType.allCases.map(\.rawValue))
        }
        self.type = type
        offset = try cursor.integer(UInt64.self, field: "\(name): offset")
    }

    /// The tensor, its extent proven.
    func tensor(in file: MappedFile, dataStart: Int, alignment: Int) throws(InputError) -> Tensor {
        let columns = extents[extents.count - 1]
        guard columns % type.blockLength == 0 else {
            throw .inconsistent(
                file: file.path, field: "\(name): shape", found: "rows of \(columns) elements",
                expected: "whole blocks of \(type.blockLength) for \(type.rawValue)")
        }
        guard CheckedSize.product(extents) != nil,
            let blocks = CheckedSize.product(extents.dropLast() + [columns / type.blockLength]),
            let byteCount = CheckedSize.product(blocks, type.blockBytes)
        else {
            throw .outOfRange(
                file: file.path, field: "\(name): shape", found: "\(extents)", expected: "a size that fits 63 bits")
        }
        guard offset % UInt64(alignment) == 0 else {
            throw .malformed(
                file: file.path, field: "\(name): offset", found: "\(offset)",
                expected: "a multiple of the alignment, \(alignment)")
        }
        let available = file.byteCount - dataStart
        guard let offset = Int(exactly: offset), let end = CheckedSize.sum(offset, byteCount), end <= available else {
            throw .truncated(
                file: file.path, field: "\(name): \(byteCount) bytes of data at offset \(offset)",
                needed: UInt64(byteCount), available: offset < UInt64(available) ? UInt64(available) - offset : 0)
        }
        return Tensor(
            name: name, type: type, shape: TensorShape(extents), storage: file, byteOffset: dataStart + offset)
    }
}

extension ElementType {
    /// The number of the type in ggml's `enum ggml_type`.
    var ggufNumber: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q5_0: 6
        case .q5_1: 7
        case .q8_0: 8
        case .q2_K: 10
        case .q3_K: 11
        case .q4_K: 12
        case .q5_K: 13
        case .q6_K: 14
        case .iq4_NL: 20
        case .iq4_XS: 23
        case .bf16: 30
        }
    }

    /// nil for the numbers of types that the engine does not read.
    init?(ggufNumber: UInt32) {
        guard let type = Self.byNumber[ggufNumber] else { return nil }
        self = type
    }

    private static let byNumber = Dictionary(uniqueKeysWithValues: allCases.map { ($0.ggufNumber, $0) })
}
