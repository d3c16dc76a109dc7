import Foundation
import OpenVINOBridge
import TestSupport
import Testing

/// The real library, where this machine has it.
enum RealLibrary {
    /// What `SWIFTLET_OPENVINO` names, or what `scripts/openvino.sh` brought.
    static let path: String? = {
        let named = ProcessInfo.processInfo.environment["SWIFTLET_OPENVINO"].flatMap { $0.isEmpty ? nil : $0 }
        let brought = Golden.repository.appendingPathComponent(".openvino").path
        return [named, brought].compactMap { $0 }.lazy.compactMap { try? LibraryLocation(environment: [:]).find($0) }
            .first
    }()

    static let isMissing: Comment = "needs OpenVINO: scripts/openvino.sh, or SWIFTLET_OPENVINO"

    /// For figures that are held against the oracle.
    static let exact = [
        OpenVINOSetting("INFERENCE_PRECISION_HINT", "f32"), OpenVINOSetting("KV_CACHE_PRECISION", "f32"),
        OpenVINOSetting("DYNAMIC_QUANTIZATION_GROUP_SIZE", "0"),
    ]
}

/// `Fake/FakeOpenVINO.c`, built with what is to go wrong.
enum FakeLibrary {
    static var clang: String? { FakeCLibrary.clang }

    static let isMissing: Comment = "needs clang beside swift"

    /// Builds it and returns its path.
    ///
    /// - Parameter macros: `NAME=VALUE`.
    static func build(_ macros: [String] = []) throws -> String {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fake/FakeOpenVINO.c")
        return try FakeCLibrary.build(source, name: "libopenvino_c.so", macros: macros)
    }
}

typealias TemporaryFolder = ScratchFolder

/// The exported models that are committed.
enum ExportedModel: String, CaseIterable {
    case longRoPE = "phi3-longrope-f16"
    case grouped = "llama-gqa-tied-bf16"

    var path: String { Golden.repository.appendingPathComponent("Tests/Golden/openvino/\(rawValue)").path }

    /// What the reference says about the model that it was exported from.
    func golden() throws -> SafetensorsFile {
        try SafetensorsFile(
            path: Golden.repository.appendingPathComponent("Tests/Golden/\(rawValue)/golden.safetensors").path)
    }

    /// A copy that may be spoilt.
    func copy() throws -> URL {
        let copy = try TemporaryFolder.make().appendingPathComponent("model")
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        return copy
    }
}
