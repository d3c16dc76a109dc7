package import Checkpoints
internal import Tensors
internal import UntrustedInput

/// A folder with a model as ONNX Runtime GenAI takes it: `genai_config.json`, the operations, the weights in one or more files beside
/// them, and a tokenizer.
package struct ModelFolder {
    package let configuration: GenAIConfiguration
    package let modelPath: String
    let folder: String
    /// nil where the weights stand in the model's own file, and make it too large to be looked through.
    let document: ONNXDocument?
    /// Bytes of operations and weights.
    package let weightBytes: Int
    /// The longest sequence: as `genai_config.json` says, or as far as there are angles for its positions.
    package let contextTokens: Int
    /// LongRoPE: the longest sequence that has the short factors; nil without it.
    package let rotaryBoundary: Int?
    /// LongRoPE: whether the model picks its factors by the length of the mask. Others go by the positions of the tokens at hand.
    let picksFactorsByMask: Bool

    /// Reads the operations and proves that all weights lie inside their files, and those inside the folder.
    ///
    /// - Throws: `InputError`, and ``ONNXRuntimeError/notExported(path:)`` where the folder holds another kind of model.
    package init(_ checkpoint: Checkpoint) throws {
        guard let folder = checkpoint.folder else { throw ONNXRuntimeError.notExported(path: checkpoint.path) }
        configuration = try GenAIConfiguration(checkpoint)
        self.folder = folder
        modelPath = checkpoint.file(named: configuration.modelFile)
        let ownBytes = try Self.size(of: configuration.modelFile, checkpoint)
        guard ownBytes <= Limits.headerBytes else {
            document = nil
            weightBytes = ownBytes
            contextTokens = configuration.contextTokens
            rotaryBoundary = configuration.rotaryBoundary
            picksFactorsByMask = false
            return
        }
        guard let bytes = try checkpoint.bytes(named: configuration.modelFile, limit: Limits.headerBytes) else {
            throw InputError.missingFile(file: modelPath)
        }
        let document = try ONNXDocument(bytes, file: modelPath)
        var sizes: [String: Int] = [:]
        for external in document.externals {
            let size = try sizes[external.file] ?? Self.size(of: external.file, checkpoint)
            sizes[external.file] = size
            guard external.end <= size else {
                throw InputError.truncated(
                    file: checkpoint.file(named: external.file), field: external.name, needed: UInt64(external.end),
                    available: UInt64(size))
            }
        }
        self.document = document
        picksFactorsByMask = document.rotaryBoundary != nil
        rotaryBoundary = document.rotaryBoundary ?? configuration.rotaryBoundary
        let positions = document.rotaryPositions(boundary: rotaryBoundary) ?? configuration.contextTokens
        guard positions > 0 else {
            throw InputError.outOfRange(
                file: modelPath, field: "rotary angles", found: "none", expected: "a row for each position")
        }
        contextTokens = min(configuration.contextTokens, positions)
        weightBytes = ownBytes + sizes.values.reduce(0, +)
    }

    private static func size(of name: String, _ checkpoint: Checkpoint) throws(InputError) -> Int {
        // Not in another folder, whatever the model says.
        guard !name.isEmpty, !name.contains(where: { "/\\\0".contains($0) }), name != "..", name != "." else {
            throw .malformed(
                file: checkpoint.path, field: "file name", found: "\"\(name.prefix(64))\"",
                expected: "a plain file name")
        }
        let path = checkpoint.file(named: name)
        do {
            return try MappedFile(path: path).byteCount
        } catch {
            throw error.isMissing ? .missingFile(file: path) : .unreadable(file: path, reason: error.reason)
        }
    }

    /// Bytes of the cache of so many tokens.
    package func cacheBytes(tokens: Int, elementBytes: Int = 4) -> Int {
        let row = configuration.keyValueHeadCount * configuration.headSize * elementBytes
        let (bytes, overflow) = (2 * configuration.layerCount * row).multipliedReportingOverflow(by: tokens)
        return overflow ? .max : bytes
    }
}
