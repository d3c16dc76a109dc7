/// The floor plan: a module may import only from floors below its own.
///
/// A new module gets its line here, or the tests fail by its name.
enum FloorPlan {
    static let floors: [[String]] = [
        ["CIntrinsics", "COpenBLAS", "CScheduler", "DynamicLibraries", "ONNXFormat", "Tensors", "UntrustedInput"],
        ["Checkpoints", "Kernels", "KernelsAVX2", "KernelsAVX512", "Tokenizers"],
        ["Compute", "Inference"],
        ["Transformer"],
        ["Export", "Generation", "ONNXRuntimeBridge", "OpenVINOBridge", "Quantization"],
        ["ModelHub", "Swiftlet", "Terminal"],
        ["CommandLineTool"],
    ]

    static let instructionSets = ["KernelsAVX2", "KernelsAVX512"]

    /// An instruction set fills the table that the portable kernels declare, and so stands on their floor and on them.
    /// Exports share few bits out among matrices by Quantization's rule.
    static let onTheSameFloor = [
        "KernelsAVX2": ["Kernels"], "KernelsAVX512": ["Kernels"], "Export": ["Quantization"],
    ]

    /// The language's own modules and the C library's, which every floor may import.
    static let standardLibrary: Set<String> = ["Swift", "Synchronization", "Glibc", "Musl", "Darwin", "WinSDK"]

    /// Other people's modules, and Foundation, by who may import them. No entry: nothing but the standard library.
    /// Up to floor 4 that is Foundation where files are read, and Dispatch where a blocking pass leaves Swift's threads.
    static let outside: [String: Set<String>] = [
        "Checkpoints": ["Foundation"],
        "Tokenizers": ["Foundation"],
        "UntrustedInput": ["Foundation"],
        "Generation": ["Dispatch"],
        "ONNXFormat": ["Foundation", "FoundationEssentials", "SwiftProtobuf"],
        "DynamicLibraries": ["Foundation"],
        "ONNXRuntimeBridge": ["Foundation"],
        "OpenVINOBridge": ["Foundation"],
        "Swiftlet": ["Foundation", "Dispatch"],
        "Terminal": ["Foundation", "Dispatch"],
        "ModelHub": [
            "Foundation", "Dispatch", "AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1", "NIOFoundationCompat",
        ],
        "CommandLineTool": ["Foundation", "Dispatch", "ArgumentParser", "Crypto"],
    ]

    static func floor(of module: String) -> Int? { floors.firstIndex { $0.contains(module) } }

    /// Whether `module` may use `other`, one of this package's.
    static func allows(_ module: String, toUse other: String) -> Bool {
        if onTheSameFloor[module]?.contains(other) == true { return true }
        guard let own = floor(of: module), let its = floor(of: other) else { return false }
        return its < own
    }
}

extension SourceFile {
    /// Names of the modules that the file imports, whatever attribute, access level or kind stands on the line.
    var imports: [String] {
        code.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").drop { $0.hasPrefix("@") || Self.accessLevels.contains($0) }
            guard words.first == "import" else { return nil }
            let rest = words.dropFirst().drop { Self.importKinds.contains($0) }
            return rest.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
        }
    }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let importKinds: Set<Substring> = [
        "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
    ]
}
