import Tensors
import UntrustedInput

/// The header of one GGUF file (versions 2 and 3, little-endian):
///
///     magic "GGUF" | version u32 | tensor count u64 | metadata count u64
///     metadata:  key string | value type u32 | value        × metadata count
///     tensors:   name string | rank u32 | extents u64 × rank, innermost first | type u32 | offset u64
///     padding to the alignment | data; offsets count from here
struct GGUFFile {
    let version: Int
    let metadata: Metadata
    private let entries: [GGUFTensorEntry]
    private let headerEnd: Int
    private let file: MappedFile

    static let magic: [UInt8] = Array("GGUF".utf8)

    init(path: String) throws(InputError) {
        let file = try MappedFile.open(path)
        var cursor = GGUFCursor(file)
        let magic = file.copyBytes(try cursor.take(4, field: "magic"))
        guard magic == Self.magic else {
            throw .malformed(
                file: path, field: "magic", found: magic.map { "0x" + String($0, radix: 16) }.joined(separator: " "),
                expected: "\"GGUF\"")
        }
        let version = try cursor.integer(UInt32.self, field: "version")
        guard version == 2 || version == 3 else {
            throw .unsupported(file: path, field: "version", found: "GGUF version \(version)", supported: ["2", "3"])
        }
        let tensorCount = try cursor.count(limit: Limits.tensorCount, field: "tensor count")
        let metadataCount = try cursor.count(limit: Limits.metadataCount, field: "metadata count")
        metadata = try Metadata(&cursor, count: metadataCount)
        var entries: [GGUFTensorEntry] = []
        for index in 0..<tensorCount { entries.append(try GGUFTensorEntry(&cursor, index: index)) }
        self.version = Int(version)
        self.entries = entries
        self.file = file
        headerEnd = cursor.position
    }

    var tensorCount: Int { entries.count }

    /// The tensors in the order of their data, each proven to lie inside the file and apart from the others.
    func tensors() throws(InputError) -> [Tensor] {
        guard !entries.isEmpty else { return [] }
        let alignment = try alignment()
        guard let dataStart = CheckedSize.alignedUp(headerEnd, to: alignment), dataStart <= file.byteCount else {
            throw .truncated(
                file: file.path, field: "data section", needed: UInt64(headerEnd), available: UInt64(file.byteCount))
        }
        var names: Set<String> = []
        names.reserveCapacity(entries.count)
        var tensors: [Tensor] = []
        tensors.reserveCapacity(entries.count)
        for entry in entries {
            guard names.insert(entry.name).inserted else {
                throw .malformed(
                    file: file.path, field: entry.name, found: "the name a second time", expected: "unique names")
            }
            tensors.append(try entry.tensor(in: file, dataStart: dataStart, alignment: alignment))
        }
        tensors.sort {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
        }
        for (previous, next) in zip(tensors, tensors.dropFirst())
        where previous.byteRange.upperBound > next.byteRange.lowerBound {
            throw .inconsistent(
                file: file.path, field: next.name, found: "data that overlaps that of \(previous.name)",
                expected: "each tensor with its own data")
        }
        return tensors
    }

    private func alignment() throws(InputError) -> Int {
        let key = "general.alignment"
        let alignment = try metadata.intIfPresent(key, in: 1...Limits.alignmentBytes) ?? 32
        guard alignment.nonzeroBitCount == 1 else {
            throw .outOfRange(file: file.path, field: key, found: "\(alignment)", expected: "a power of two")
        }
        return alignment
    }
}
