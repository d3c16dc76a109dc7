import Crypto
import Foundation
import ModelHub
import UntrustedInput

/// What tells one model from another with the same name.
enum ModelHash {
    private static let chunkBytes = 4 << 20

    /// SHA-256 of a GGUF file, or of a folder's safetensors one after another by name, as
    /// `cat *.safetensors | sha256sum` gives it; of a folder for OpenVINO or ONNX Runtime, its weights and
    /// operations.
    static func sha256(of model: LocalModel) throws -> String {
        var hash = SHA256()
        for path in try files(of: model) {
            do {
                let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
                defer { try? file.close() }
                while let chunk = try file.read(upToCount: chunkBytes), !chunk.isEmpty { hash.update(data: chunk) }
            } catch {
                throw InputError.unreadable(file: path, reason: error.localizedDescription)
            }
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func files(of model: LocalModel) throws -> [String] {
        guard model.kind == .folder else { return [model.path] }
        return try FileManager.default.contentsOfDirectory(atPath: model.path)
            .filter { name in
                name.hasSuffix(".safetensors") || name.hasPrefix("openvino_model.")
                    || [".onnx", ".onnx.data", ".onnx_data"].contains(where: name.hasSuffix)
            }.sorted().map {
                "\(model.path)/\($0)"
            }
    }
}
