internal import Tensors
internal import UntrustedInput

/// Where everything stands in a GGUF file that is to be written: its header in bytes, and the extents of the data, proven
/// to be such that a reader takes them.
struct GGUFLayout {
    let header: [UInt8]
    /// Bytes of data of each tensor.
    let byteCounts: [Int]
    let fileBytes: Int
    private let alignment: Int

    init(
        file: String, metadata: [(key: String, value: GGUFValue)], tensors: [GGUFWriter.Entry]
    ) throws(CheckpointWriteError) {
        try Self.check(metadata.count, Limits.metadataCount, file: file, "metadata count")
        try Self.check(tensors.count, Limits.tensorCount, file: file, "tensor count")
        var alignment = 32
        var encoder = GGUFEncoder()
        encoder.append(bytes: GGUFFile.magic)
        encoder.append(UInt32(3))
        encoder.append(UInt64(tensors.count))
        encoder.append(UInt64(metadata.count))
        var names: Set<String> = []
        for (key, value) in metadata {
            try Self.checkName(key, Limits.metadataKeyBytes, &names, file: file, "metadata key")
            let limit = value.type == .array ? Limits.metadataStringBytes : Metadata.stringLimit(key)
            try Self.check(value.longestString, limit, file: file, "\(key): string length")
            if key == "general.alignment" { alignment = try Self.alignment(value, file: file) }
            encoder.append(key)
            encoder.append(value)
        }
        names = []
        var byteCounts: [Int] = []
        var offset = 0
        for tensor in tensors {
            try Self.checkName(tensor.name, Limits.tensorNameBytes, &names, file: file, "tensor name")
            let byteCount = try Self.byteCount(tensor, file: file)
            encoder.append(tensor, offset: offset)
            guard let end = CheckedSize.sum(offset, byteCount), let next = CheckedSize.alignedUp(end, to: alignment)
            else {
                throw .invalid(file: file, field: tensor.name, found: "\(byteCount) bytes", expected: "63 bits in all")
            }
            byteCounts.append(byteCount)
            offset = next
        }
        if !tensors.isEmpty { encoder.pad(to: alignment) }
        try Self.check(encoder.bytes.count, Limits.headerBytes, file: file, "header size")
        guard let fileBytes = CheckedSize.sum(encoder.bytes.count, offset) else {
            throw .invalid(file: file, field: "data", found: "\(offset) bytes", expected: "63 bits in all")
        }
        self.fileBytes = fileBytes
        self.alignment = alignment
        self.byteCounts = byteCounts
        header = encoder.bytes
    }

    /// What stands between the data of a tensor and that of the next, or the end of the file.
    func padding(after index: Int) -> [UInt8] {
        let remainder = byteCounts[index] % alignment
        return [UInt8](repeating: 0, count: remainder == 0 ? 0 : alignment - remainder)
    }
}

// MARK: - What readers ask for

extension GGUFLayout {
    private static func check(
        _ value: Int, _ limit: Int, file: String, _ field: String
    ) throws(CheckpointWriteError) {
        guard value <= limit else {
            throw .invalid(file: file, field: field, found: "\(value)", expected: "at most \(limit)")
        }
    }

    private static func checkName(
        _ name: String, _ limit: Int, _ names: inout Set<String>, file: String, _ field: String
    ) throws(CheckpointWriteError) {
        guard (1...limit).contains(name.utf8.count) else {
            throw .invalid(file: file, field: field, found: "\"\(name.prefix(64))\"", expected: "1 to \(limit) bytes")
        }
        guard names.insert(name).inserted else {
            throw .invalid(file: file, field: name, found: "the name a second time", expected: "unique names")
        }
    }

    private static func alignment(_ value: GGUFValue, file: String) throws(CheckpointWriteError) -> Int {
        guard let number = value.integer, (1...Limits.alignmentBytes).contains(number), number.nonzeroBitCount == 1
        else {
            throw .invalid(
                file: file, field: "general.alignment", found: value.integer.map(String.init) ?? value.type.name,
                expected: "a power of two up to \(Limits.alignmentBytes)")
        }
        return number
    }

    private static func byteCount(_ tensor: GGUFWriter.Entry, file: String) throws(CheckpointWriteError) -> Int {
        let (shape, type) = (tensor.shape, tensor.type)
        guard (1...Limits.tensorRank).contains(shape.rank), shape.extents.allSatisfy({ $0 > 0 }) else {
            throw .invalid(
                file: file, field: tensor.name, found: "the shape \(shape)",
                expected: "1 to \(Limits.tensorRank) extents above 0")
        }
        guard shape.columns % type.blockLength == 0 else {
            throw .invalid(
                file: file, field: tensor.name, found: "rows of \(shape.columns) elements",
                expected: "whole blocks of \(type.blockLength) for \(type.rawValue)")
        }
        let blocks = shape.extents.dropLast() + [shape.columns / type.blockLength, type.blockBytes]
        guard let byteCount = CheckedSize.product(Array(blocks)) else {
            throw .invalid(file: file, field: tensor.name, found: "the shape \(shape)", expected: "63 bits of bytes")
        }
        return byteCount
    }
}

extension GGUFEncoder {
    fileprivate mutating func append(_ tensor: GGUFWriter.Entry, offset: Int) {
        append(tensor.name)
        append(UInt32(tensor.shape.rank))
        // Innermost first, as the format has them.
        for extent in tensor.shape.extents.reversed() { append(UInt64(extent)) }
        append(tensor.type.ggufNumber)
        append(UInt64(offset))
    }
}
