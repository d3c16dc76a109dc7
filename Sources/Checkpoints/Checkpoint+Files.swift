public import UntrustedInput

/// The small files beside the weights of a Hugging Face folder. Each is read when asked for; none is kept.
extension Checkpoint {
    /// `config.json`
    public var configuration: JSON {
        get throws(InputError) {
            guard let json = try json(named: "config.json") else {
                throw .missingFile(file: file(named: "config.json"))
            }
            return json
        }
    }

    /// `generation_config.json`
    public var generationConfiguration: JSON? {
        get throws(InputError) { try json(named: "generation_config.json") }
    }

    /// Where a file of the folder stands, or would stand.
    public func file(named name: String) -> String {
        FileAccess.join(folder ?? FileAccess.folder(of: path), name)
    }

    /// A JSON file of the folder; nil where there is none, and for GGUF.
    public func json(
        named name: String, limit: Int = Limits.configurationBytes
    ) throws(InputError) -> JSON? {
        guard let bytes = try bytes(named: name, limit: limit) else { return nil }
        return try JSON(parsing: bytes, file: file(named: name))
    }

    /// A text file of the folder; nil where there is none, and for GGUF.
    public func text(
        named name: String, limit: Int = Limits.configurationBytes
    ) throws(InputError) -> String? {
        guard let bytes = try bytes(named: name, limit: limit) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(
                file: file(named: name), field: "text", found: "bytes that are not UTF-8", expected: "UTF-8")
        }
        return text
    }

    /// The bytes of a file of the folder; nil where there is none, and for GGUF.
    public func bytes(
        named name: String, limit: Int = Limits.tokenizerBytes
    ) throws(InputError) -> [UInt8]? {
        guard folder != nil else { return nil }
        guard FileAccess.isPlainName(name) else {
            throw .malformed(file: path, field: "file name", found: "\"\(name)\"", expected: "a plain file name")
        }
        return try FileAccess.bytes(file(named: name), limit: limit)
    }
}
