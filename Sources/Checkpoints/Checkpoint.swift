public import Tensors
public import UntrustedInput

/// A model's files, opened and proven: behind this door every tensor lies inside its file, every name is unique and
/// every size fits. Untrusted bytes stop here.
///
/// Weights stay in the mapped files; a ``Tensor`` is a view that keeps its file open.
public struct Checkpoint: Sendable {
    public enum Format: Sendable, Equatable {
        /// One GGUF file or a set of split ones, with the version of the first.
        case gguf(version: Int)
        /// A folder with `config.json` and safetensors, or a single safetensors file and the folder it stands in.
        case huggingFace
    }

    /// What was opened, as it was given.
    public let path: String
    /// The file's name without its extension and shard number, or the folder's name.
    public let name: String
    public let format: Format
    /// In the order of the files' data, shard after shard; element types the engine can read.
    public let tensors: [Tensor]
    /// The key-value pairs of a GGUF file; empty for the other formats.
    public let metadata: Metadata
    /// Where `config.json` and the tokenizer files are looked for; nil for GGUF.
    public let folder: String?

    private let tensorIndex: [String: Int]
    /// Names and element types of tensors that are there, but of a type the engine has no use for.
    private let unsupportedTypes: [String: String]

    /// - Throws: ``InputError/inconsistent(file:field:found:expected:)`` where two shards hold the same name.
    init(
        path: String, name: String, format: Format, shards: [Shard], metadata: Metadata, folder: String?
    ) throws(InputError) {
        self.path = path
        self.name = name
        self.format = format
        self.metadata = metadata
        self.folder = folder
        var tensors: [Tensor] = []
        var index: [String: Int] = [:]
        var unsupported: [String: String] = [:]
        tensors.reserveCapacity(shards.reduce(0) { $0 + $1.tensors.count })
        for shard in shards {
            for tensor in shard.tensors {
                guard index.updateValue(tensors.count, forKey: tensor.name) == nil else {
                    throw .inconsistent(
                        file: shard.file, field: tensor.name, found: "a name that another shard has",
                        expected: "unique names")
                }
                tensors.append(tensor)
            }
            unsupported.merge(shard.unsupportedTypes) { first, _ in first }
        }
        self.tensors = tensors
        tensorIndex = index
        unsupportedTypes = unsupported
    }

    public func tensor(named name: String) -> Tensor? {
        tensorIndex[name].map { tensors[$0] }
    }

    /// A tensor that must be there, with exactly this shape.
    public func require(_ name: String, shape: [Int]) throws(InputError) -> Tensor {
        let tensor = try require(name)
        guard tensor.shape.extents == shape else {
            throw .inconsistent(
                file: tensor.file ?? path, field: name, found: "shape \(tensor.shape)", expected: "shape \(shape)")
        }
        return tensor
    }

    /// A tensor that must be there.
    public func require(_ name: String) throws(InputError) -> Tensor {
        if let tensor = tensor(named: name) { return tensor }
        if let type = unsupportedTypes[name] {
            throw .unsupported(
                file: path, field: name, found: "element type \(type)", supported: ElementType.safetensorsNames)
        }
        throw .missing(file: path, field: name)
    }
}

/// What one file brings to a checkpoint.
struct Shard {
    let file: String
    var tensors: [Tensor]
    var unsupportedTypes: [String: String] = [:]
}
