import Foundation
import TestSupport

/// The models that the tests of this module run on.
enum TestModels {
    /// SmolLM2-135M-Instruct Q4_1: the repository's own copy, else `SWIFTLET_MODEL`.
    static let smolLM2: String? = {
        let own = Golden.repository.appendingPathComponent("weights/SmolLM2-135M-Instruct.Q4_1.gguf").path
        let candidates = [own, ProcessInfo.processInfo.environment["SWIFTLET_MODEL"]].compactMap { $0 }
        return candidates.first { $0.contains("SmolLM2") && FileManager.default.fileExists(atPath: $0) }
    }()

    static let whereSmolLM2Is = "needs the default model: weights/fetch.sh, or SWIFTLET_MODEL"

    /// Folders of tiny random models with recorded greedy continuations.
    static let tiny: [String] = {
        let committed = Golden.repository.appendingPathComponent("Tests/Golden").path
        return [committed, Golden.path("models")].compactMap { $0 }.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().map { "\(folder)/\($0)" }
        }.filter { FileManager.default.fileExists(atPath: "\($0)/golden.safetensors") }
    }()
}
