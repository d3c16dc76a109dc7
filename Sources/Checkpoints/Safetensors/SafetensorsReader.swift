import Tensors
import UntrustedInput

/// The header of a safetensors file (https://github.com/huggingface/safetensors):
///
///     header length u64 | header, a JSON object beginning with '{' | data
///
/// Each member but `__metadata__` is a tensor: `{"dtype", "shape", "data_offsets": [begin, end]}`, the offsets counted
/// from the start of the data. The tensors cover the data with no hole and no overlap.
enum SafetensorsReader {
    static func open(_ path: String) throws(InputError) -> Shard {
        let file = try MappedFile.open(path)
        let header = try header(file)
        let dataStart = header.upperBound
        let json = try JSON(parsing: file.copyBytes(header), file: path)
        guard let members = json.object else {
            throw .wrongType(file: path, field: "header", found: json.typeName, expected: "object")
        }
        guard members.count <= Limits.tensorCount else {
            throw .limitExceeded(
                file: path, field: "tensor count", found: UInt64(members.count), limit: UInt64(Limits.tensorCount))
        }
        var entries: [Entry] = []
        entries.reserveCapacity(members.count)
        for (name, value) in members {
            if name == "__metadata__" {
                try checkMetadata(value, path)
            } else {
                entries.append(try Entry(name: name, value: value, file: path))
            }
        }
        // By name where nothing is stored, so that the order does not depend on hashing.
        entries.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        try checkCoverage(entries, byteCount: file.byteCount - dataStart, path)
        return shard(entries, file, dataStart)
    }

    private static func header(_ file: MappedFile) throws(InputError) -> Range<Int> {
        let path = file.path
        guard file.byteCount >= 8 else {
            throw .truncated(file: path, field: "header length", needed: 8, available: UInt64(file.byteCount))
        }
        let length: UInt64 = file.integer(at: 0)
        guard length <= UInt64(Limits.headerBytes) else {
            throw .limitExceeded(
                file: path, field: "header length", found: length, limit: UInt64(Limits.headerBytes))
        }
        guard length <= UInt64(file.byteCount - 8) else {
            throw .truncated(file: path, field: "header", needed: length, available: UInt64(file.byteCount - 8))
        }
        guard length > 0, file.integer(at: 8, as: UInt8.self) == UInt8(ascii: "{") else {
            throw .malformed(
                file: path, field: "header", found: length > 0 ? "another first byte" : "nothing", expected: "'{'")
        }
        return 8..<8 + Int(length)
    }

    private static func checkMetadata(_ value: JSON, _ path: String) throws(InputError) {
        guard let members = value.object else {
            throw .wrongType(file: path, field: "__metadata__", found: value.typeName, expected: "object")
        }
        for (key, value) in members where value.string == nil {
            throw .wrongType(file: path, field: "__metadata__.\(key)", found: value.typeName, expected: "string")
        }
    }

    private static func checkCoverage(_ entries: [Entry], byteCount: Int, _ path: String) throws(InputError) {
        var covered = 0
        for entry in entries {
            guard entry.begin == covered else {
                throw .inconsistent(
                    file: path, field: "\(entry.name): data_offsets", found: "a beginning at \(entry.begin)",
                    expected: "\(covered), where the tensor before it ends")
            }
            covered = entry.end
        }
        guard covered <= byteCount else {
            throw .truncated(
                file: path, field: "\(entries.last?.name ?? "data"): data", needed: UInt64(covered),
                available: UInt64(byteCount))
        }
        guard covered == byteCount else {
            throw .inconsistent(
                file: path, field: "data", found: "\(byteCount) bytes", expected: "\(covered), all of it in tensors")
        }
    }

    private static func shard(_ entries: [Entry], _ file: MappedFile, _ dataStart: Int) -> Shard {
        var shard = Shard(file: file.path, tensors: [])
        shard.tensors.reserveCapacity(entries.count)
        for entry in entries {
            if let type = entry.element.type {
                shard.tensors.append(
                    Tensor(
                        name: entry.name, type: type, shape: TensorShape(entry.shape), storage: file,
                        byteOffset: dataStart + entry.begin))
            } else {
                shard.unsupportedTypes[entry.name] = entry.typeName
            }
        }
        return shard
    }

    /// One tensor as the header describes it; the size that its shape needs is the size that its offsets give.
    struct Entry {
        let name: String
        let typeName: String
        let element: SafetensorsElement
        let shape: [Int]
        let begin: Int
        let end: Int
    }
}

extension SafetensorsReader.Entry {
    init(name: String, value: JSON, file: String) throws(InputError) {
        guard !name.isEmpty, name.utf8.count <= Limits.tensorNameBytes else {
            throw .limitExceeded(
                file: file, field: "name of tensor \"\(name.prefix(32))\"", found: UInt64(name.utf8.count),
                limit: UInt64(Limits.tensorNameBytes))
        }
        func member(_ key: String, _ expected: String) throws(InputError) -> JSON {
            guard let object = value.object else {
                throw .wrongType(file: file, field: name, found: value.typeName, expected: "object")
            }
            guard let member = object[key] else { throw .missing(file: file, field: "\(name): \(key)") }
            return member
        }
        func integers(_ key: String) throws(InputError) -> [Int] {
            let json = try member(key, "array of integers")
            guard let array = json.array else {
                throw .wrongType(file: file, field: "\(name): \(key)", found: json.typeName, expected: "array")
            }
            guard array.count <= Limits.tensorRank else {
                throw .limitExceeded(
                    file: file, field: "\(name): \(key)", found: UInt64(array.count),
                    limit: UInt64(Limits.tensorRank))
            }
            var values: [Int] = []
            for element in array {
                guard let value = element.integer, value >= 0 else {
                    throw .outOfRange(
                        file: file, field: "\(name): \(key)", found: "\(element.double ?? .nan)",
                        expected: "an integer from 0 to \(Int.max)")
                }
                values.append(value)
            }
            return values
        }

        let type = try member("dtype", "string")
        guard let typeName = type.string else {
            throw .wrongType(file: file, field: "\(name): dtype", found: type.typeName, expected: "string")
        }
        guard let element = SafetensorsElement(name: typeName) else {
            throw .unsupported(
                file: file, field: "\(name): dtype", found: "\"\(typeName.prefix(32))\"",
                supported: ElementType.safetensorsNames)
        }
        let shape = try integers("shape")
        let offsets = try integers("data_offsets")
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw .malformed(
                file: file, field: "\(name): data_offsets", found: "\(offsets)", expected: "a beginning and an end")
        }
        guard let elements = CheckedSize.product(shape), let bits = CheckedSize.product(elements, element.bits),
            bits % 8 == 0
        else {
            throw .outOfRange(
                file: file, field: "\(name): shape", found: "\(shape)", expected: "a size that fits 63 bits")
        }
        guard bits / 8 == offsets[1] - offsets[0] else {
            throw .inconsistent(
                file: file, field: "\(name): data_offsets", found: "\(offsets[1] - offsets[0]) bytes",
                expected: "\(bits / 8) for shape \(shape) of \(typeName)")
        }
        self.init(
            name: name, typeName: typeName, element: element, shape: shape, begin: offsets[0], end: offsets[1])
    }
}
