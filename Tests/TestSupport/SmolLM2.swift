import Foundation

/// The default model, where setup has brought it.
public enum SmolLM2 {
    public static let fileName = "SmolLM2-135M-Instruct.Q4_1.gguf"

    public static let path: String? = {
        let path = Golden.repository.appendingPathComponent("weights/\(fileName)").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()
}
