import ONNXRuntimeBridge

/// What ONNX Runtime can have models computed by here.
enum ProviderInventory {
    case there(path: String, version: ONNXRuntimeVersion, providers: [ExecutionProvider])
    case absent(reason: String)

    /// - Throws: what is wrong with a library that was named; one that is not there is no error.
    init(library path: String?) throws {
        do throws(ONNXRuntimeError) {
            let runtime = try ONNXRuntime(library: path)
            self = .there(path: runtime.path, version: runtime.version, providers: runtime.providers())
        } catch {
            if path != nil { throw error }
            self = .absent(reason: error.description)
        }
    }

    /// For people.
    var lines: [String] {
        switch self {
        case .absent(let reason):
            ["onnxruntime: not here", "     \(reason.replacing("\n", with: "\n     "))"]
        case .there(let path, let version, let providers):
            ["onnxruntime \(version)\(version.isTested ? "" : " (not tested with)")  \(path)"]
                + providers.map { "onnxruntime:\($0.name)  \($0.fullName)" }
                + (version.tellsAssignment
                    ? [] : ["     which operations a provider leaves to the CPU, this version does not tell"])
        }
    }

    /// For programs.
    var report: Report {
        switch self {
        case .absent(let reason): ["available": false, "reason": .string(reason)]
        case .there(let path, let version, let providers):
            [
                "available": true, "library": .string(path), "version": .string(version.description),
                "tested": .bool(version.isTested), "tells_assignment": .bool(version.tellsAssignment),
                "providers": .array(
                    providers.map { ["name": .string($0.name), "full_name": .string($0.fullName)] }),
            ]
        }
    }
}
