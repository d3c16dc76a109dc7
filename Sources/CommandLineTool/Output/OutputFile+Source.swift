import Checkpoints
import Foundation
import Quantization

extension OutputFile {
    /// Refuses to write over the model that is read: whoever did so would lose it for a file that cannot become it again.
    static func check(_ path: String, isNotOf checkpoint: Checkpoint) throws {
        func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let files = Set(checkpoint.tensors.compactMap(\.file)).union([checkpoint.path])
        guard !files.map(real).contains(real(path)) else { throw QuantizationError.outputIsSource(file: path) }
    }
}
