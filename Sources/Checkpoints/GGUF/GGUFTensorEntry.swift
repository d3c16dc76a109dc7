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
    /// The type that ggml's `enum ggml_type` numbers so; nil for those the engine does not read.
    init?(ggufNumber: UInt32) {
        switch ggufNumber {
        case 0: self = .f32
        case 1: self = .f16
        case 2: self = .q4_0
        case 3: self = .q4_1
        case 6: self = .q5_0
        case 7: self = .q5_1
        case 8: self = .q8_0
        case 10: self = .q2_K
        case 11: self = .q3_K
        case 12: self = .q4_K
        case 13: self = .q5_K
        case 14: self = .q6_K
        case 20: self = .iq4_NL
        case 23: self = .iq4_XS
        case 30: self = .bf16
        default: return nil
        }
    }
}
