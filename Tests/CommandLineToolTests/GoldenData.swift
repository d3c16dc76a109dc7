import Foundation
import TestSupport
import Testing

/// Oracle data as these tests use it.
enum GoldenData {
    /// A tiny model's folder; nil where this machine has none.
    static func model(_ name: String) -> String? {
        let committed = Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
        return FileManager.default.fileExists(atPath: committed) ? committed : Golden.path("models/\(name)")
    }

    static let phi3 = model("phi3-base-f32")
    static let needsModels: Comment = "needs the golden data: models/phi3-base-f32"

    /// A folder with the tokenizer files of a model, unpacked: the golden data holds the large ones compressed.
    static func tokenizer(_ name: String) throws -> String? {
        guard let source = Golden.path("tokenizers/\(name)") else { return nil }
        let folder = try ToolProcess.temporaryFolder()
        for file in try FileManager.default.contentsOfDirectory(atPath: source)
        where file.hasPrefix("tokenizer") && !file.hasSuffix(".model") {
            try FileManager.default.copyItem(
                atPath: "\(source)/\(file)", toPath: folder.appendingPathComponent(file).path)
        }
        _ = try ToolProcess.shell("gunzip -f \(folder.path)/*.gz")
        return folder.path
    }

    /// The lines of a golden file, at most `count` of them, spread over the whole.
    static func lines(_ path: String, count: Int) throws -> [[String: Any]] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n")
        let step = max(1, lines.count / count)
        return try stride(from: 0, to: lines.count, by: step).compactMap { index in
            try JSONSerialization.jsonObject(with: Data(lines[index].utf8)) as? [String: Any]
        }
    }

    static func json(_ value: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
    }
}
