public import UntrustedInput

extension Checkpoint {
    /// Opens a model, whatever its format.
    ///
    /// - Parameter path: a GGUF file (any shard of a split one opens them all), a Hugging Face folder, or a single
    ///   safetensors file. A folder that holds only tokenizer files, or a GGUF with only a vocabulary, opens with
    ///   no tensors.
    /// - Throws: the first thing that is wrong with the files; nothing is read past what has been proven.
    public static func open(_ path: String) throws(InputError) -> Checkpoint {
        switch FileAccess.kind(path) {
        case nil: throw .missingFile(file: path)
        case .folder: return try openFolder(path)
        case .file:
            return path.hasSuffix(".safetensors") ? try openSafetensors(path) : try openGGUF(path)
        }
    }

    private static func openGGUF(_ path: String) throws(InputError) -> Checkpoint {
        let files = try GGUFSplit.openAll(path)
        let first = files[0]
        var shards: [Shard] = []
        for file in files { shards.append(Shard(file: file.metadata.file, tensors: try file.tensors())) }
        return try Checkpoint(
            path: path, name: GGUFSplit.name(path), format: .gguf(version: first.version), shards: shards,
            metadata: first.metadata, folder: nil)
    }

    private static func openSafetensors(_ path: String) throws(InputError) -> Checkpoint {
        try Checkpoint(
            path: path, name: String(FileAccess.lastComponent(path).dropLast(".safetensors".count)),
            format: .huggingFace, shards: [try SafetensorsReader.open(path)],
            metadata: .none(file: path), folder: FileAccess.folder(of: path))
    }

    private static func openFolder(_ path: String) throws(InputError) -> Checkpoint {
        var shards: [Shard] = []
        if let index = try SafetensorsIndex(folder: path) {
            shards = try index.openShards()
        } else if FileAccess.kind(FileAccess.join(path, weightFile)) != nil {
            shards = [try SafetensorsReader.open(FileAccess.join(path, weightFile))]
        } else if !knownFiles.contains(where: { FileAccess.kind(FileAccess.join(path, $0)) == .file }) {
            throw .missing(file: path, field: ([weightFile] + knownFiles).joined(separator: ", "))
        }
        return try Checkpoint(
            path: path, name: FileAccess.lastComponent(path), format: .huggingFace, shards: shards,
            metadata: .none(file: path), folder: path)
    }

    private static let weightFile = "model.safetensors"
    /// One of these makes a folder a model's, or at least a tokenizer's.
    private static let knownFiles = ["config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json"]
}
