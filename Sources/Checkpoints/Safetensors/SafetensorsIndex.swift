import UntrustedInput

/// `model.safetensors.index.json`, the map from tensor names to the shards of a large checkpoint.
struct SafetensorsIndex {
    private static let fileName = "model.safetensors.index.json"

    private let path: String
    private let folder: String
    /// Names of tensors by the shard that must hold them.
    private let tensorNames: [String: [String]]

    /// - Returns: nil where the folder has no index.
    init?(folder: String) throws(InputError) {
        let path = FileAccess.join(folder, Self.fileName)
        guard let bytes = try FileAccess.bytes(path, limit: Limits.configurationBytes) else { return nil }
        let json = try JSON(parsing: bytes, file: path)
        guard let map = json["weight_map"] else { throw .missing(file: path, field: "weight_map") }
        guard let members = map.object else {
            throw .wrongType(file: path, field: "weight_map", found: map.typeName, expected: "object")
        }
        guard !members.isEmpty, members.count <= Limits.tensorCount else {
            throw .outOfRange(
                file: path, field: "weight_map", found: "\(members.count) tensors",
                expected: "1 to \(Limits.tensorCount)")
        }
        var tensorNames: [String: [String]] = [:]
        for (name, value) in members {
            let field = "weight_map.\(name.prefix(Limits.tensorNameBytes))"
            guard let shard = value.string else {
                throw .wrongType(file: path, field: field, found: value.typeName, expected: "string")
            }
            guard FileAccess.isPlainName(shard) else {
                throw .malformed(
                    file: path, field: field, found: "\"\(shard.prefix(255))\"",
                    expected: "the plain name of a file in the folder")
            }
            tensorNames[shard, default: []].append(name)
        }
        guard tensorNames.count <= Limits.shardCount else {
            throw .limitExceeded(
                file: path, field: "weight_map: shards", found: UInt64(tensorNames.count),
                limit: UInt64(Limits.shardCount))
        }
        self.path = path
        self.folder = folder
        self.tensorNames = tensorNames
    }

    /// Opens every shard and proves that it holds what the index says.
    func openShards() throws(InputError) -> [Shard] {
        var shards: [Shard] = []
        for (name, expected) in tensorNames.sorted(by: { $0.key < $1.key }) {
            let shard = try SafetensorsReader.open(FileAccess.join(folder, name))
            let held = Set(shard.tensors.map(\.name)).union(shard.unsupportedTypes.keys)
            for tensor in expected.sorted() where !held.contains(tensor) {
                throw .missing(file: shard.file, field: tensor)
            }
            shards.append(shard)
        }
        return shards
    }
}
