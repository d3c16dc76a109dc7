import Checkpoints
import UntrustedInput

/// The safetensors file that a command was asked for.
enum TensorFile {
    /// - Throws: exit status 1: an output that cannot be written is nobody's bad data.
    static func write(_ entries: [SafetensorsWriter.Entry], to path: String) throws {
        do throws(InputError) { try SafetensorsWriter.write(entries, to: path) } catch {
            guard case .unreadable(_, let reason) = error else { throw error }
            throw Failure(.failure, "\(path): \(reason)")
        }
    }
}
