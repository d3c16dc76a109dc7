import Checkpoints
import Swiftlet
import Tensors
import Transformer
import UntrustedInput

/// What a file or folder turned out to hold. Parts that are not there are nil; parts that are there but broken are
/// errors, as they would be for `run`.
struct Inspection {
    let checkpoint: Checkpoint
    /// nil where there are no weights, or nothing beside them that tells what they are.
    let configuration: ModelConfiguration?
    /// nil where there is no vocabulary: weights alone can be looked at, too.
    let tokenizer: TokenizerSource?

    init(path: String) throws {
        let checkpoint = try Self.open(path)
        self.checkpoint = checkpoint
        configuration =
            checkpoint.tensors.isEmpty
            ? nil : try Self.unlessMissing { () throws(InputError) in try ModelConfiguration(checkpoint) }
        tokenizer = try Self.unlessMissing { () throws(InputError) in try TokenizerSource(checkpoint: checkpoint) }
    }

    private static func open(_ path: String) throws(InputError) -> Checkpoint {
        guard path.hasSuffix(".json") || path.hasSuffix("tokenizer.model") else { return try Checkpoint.open(path) }
        // A tokenizer's file alone: its folder is what can be opened.
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return try Checkpoint.open(folder.isEmpty ? "." : folder)
    }

    /// What a reader makes of the files, nil where it finds none to read.
    private static func unlessMissing<Part>(_ read: () throws(InputError) -> Part) throws(InputError) -> Part? {
        do throws(InputError) { return try read() } catch {
            if case .missingFile = error { return nil }
            throw error
        }
    }

    var formatName: String {
        switch checkpoint.format {
        case .gguf(let version): "GGUF v\(version)"
        case .huggingFace: "Hugging Face"
        }
    }

    /// Bytes of all tensors in the file.
    var tensorBytes: Int { checkpoint.tensors.reduce(0) { $0 + $1.byteRange.count } }

    /// How many tensors there are of each type, the most bytes first.
    var types: [(type: ElementType, count: Int)] {
        let groups = Dictionary(grouping: checkpoint.tensors, by: \.type)
        return groups.sorted { a, b in
            let (left, right) = (bytes(a.value), bytes(b.value))
            return left > right || (left == right && a.key.rawValue < b.key.rawValue)
        }.map { ($0.key, $0.value.count) }
    }

    private func bytes(_ tensors: [Tensor]) -> Int { tensors.reduce(0) { $0 + $1.byteRange.count } }
}
