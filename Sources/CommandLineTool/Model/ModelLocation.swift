import ModelHub

/// Where a model stands that a user named.
enum ModelLocation {
    /// The path of a file or folder: one that exists, or what the name stands for in the caches.
    static func resolve(_ name: String) throws -> String {
        try find(name).path
    }

    /// - Throws: what leads to exit status 66, with the command that would bring the model.
    static func find(_ name: String) throws -> LocalModel {
        do throws(HubError) { return try HubCache.system.resolve(name) } catch {
            guard case .modelNotFound = error, isPath(name) else { throw error }
            throw Failure(.missingFile, "\(name): no such file or folder\nBring \(remedy(name))")
        }
    }

    /// `weights/model.gguf` could be a name of the hub by its form; whoever writes it means a file.
    private static func isPath(_ name: String) -> Bool {
        name.hasSuffix(".gguf") || name.hasSuffix(".safetensors") || ["/", ".", "~"].contains { name.hasPrefix($0) }
    }

    private static func remedy(_ name: String) -> String {
        name.contains("SmolLM2-135M-Instruct.Q4_1")
            ? "it with: sh weights/fetch.sh" : "a model with: swiftlet pull microsoft/Phi-3-mini-4k-instruct-gguf"
    }
}
