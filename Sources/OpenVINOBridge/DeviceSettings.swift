import Foundation

/// OpenVINO's properties for a model on a device: what suits one conversation at a time, and over it what the user says.
package struct DeviceSettings {
    package let device: String
    /// Whether the NPU's way with language models is taken: a prompt and a generation model of fixed shapes behind the
    /// dynamic one.
    package let isStatic: Bool
    /// Of ``isStatic``: tokens of the longest prompt, and those that a sequence can hold.
    package let promptLimit: Int?
    package let capacity: Int?
    package let settings: [OpenVINOSetting]

    /// Models below it feel the rounding of activations, as in the native backend.
    static let narrowWidth = 2_048
    /// The plugin compiles for lengths in steps of this.
    static let lengthStep = 64

    /// - Parameters:
    ///   - knows: whether the device has a property of the name.
    ///   - binPath: the file of constants, for devices that can leave them out of the compiled model.
    ///   - modelTokens: the most tokens that a sequence of the model may have.
    ///   - hiddenSize: of the model: narrow ones are given the precision that they need.
    ///   - threads: for the CPU device; nil leaves it to OpenVINO.
    package init(
        _ options: OpenVINOOptions, binPath: String, modelTokens: Int, hiddenSize: Int, threads: Int?,
        cacheFolder: String?, knows: (String) -> Bool
    ) throws(OpenVINOError) {
        var own: [OpenVINOSetting] = []
        let device = options.device
        let isStatic = device == "NPU" || device.hasPrefix("NPU.")
        own.append(OpenVINOSetting("PERFORMANCE_HINT", "LATENCY"))
        if let threads, device == "CPU" { own.append(OpenVINOSetting("INFERENCE_NUM_THREADS", "\(threads)")) }
        // In bf16 with activations of 8 bits, the CPU plugin's default, SmolLM2-135M answers nonsense; either alone it bears.
        if device == "CPU", hiddenSize < Self.narrowWidth {
            own.append(OpenVINOSetting("DYNAMIC_QUANTIZATION_GROUP_SIZE", "0"))
        }
        if let cacheFolder {
            // The plugins name what they keep after the model alone, and would write over each other's.
            let folder = device.map { $0.isLetter || $0.isNumber ? $0 : "_" }
            own.append(OpenVINOSetting("CACHE_DIR", "\(cacheFolder)/\(String(folder))"))
            // Else the compiled model holds all weights once more: 132 MB instead of 2 for SmolLM2, and 2 GB for Phi-3.
            if knows("WEIGHTS_PATH") {
                own.append(OpenVINOSetting("CACHE_MODE", "OPTIMIZE_SIZE"))
                own.append(OpenVINOSetting("WEIGHTS_PATH", binPath))
            }
        }
        var (promptLimit, capacity) = (Int?.none, Int?.none)
        if isStatic {
            let prompt = try Self.length(
                options.settings, "NPUW_LLM_MAX_PROMPT_LEN", or: options.maxPrompt ?? min(1_024, modelTokens))
            let response = try Self.length(
                options.settings, "NPUW_LLM_MIN_RESPONSE_LEN", or: options.minResponse ?? 512)
            own += [
                OpenVINOSetting("NPU_USE_NPUW", "YES"), OpenVINOSetting("NPUW_LLM", "YES"),
                OpenVINOSetting("NPUW_LLM_MAX_PROMPT_LEN", "\(prompt)"),
                OpenVINOSetting("NPUW_LLM_MIN_RESPONSE_LEN", "\(response)"),
            ]
            promptLimit = prompt
            // One place stays free: found by filling it.
            capacity = prompt + response - 1
        }
        let lengths = ["NPUW_LLM_MAX_PROMPT_LEN", "NPUW_LLM_MIN_RESPONSE_LEN"]
        let users = options.settings.filter { !(isStatic && lengths.contains($0.name)) }
        var settings = own.filter { setting in !users.contains { $0.name == setting.name } } + users
        // An empty folder is how OpenVINO is told not to keep anything.
        if settings.contains(where: { $0.name == "CACHE_DIR" && $0.value.isEmpty }) {
            settings.removeAll { ["CACHE_DIR", "CACHE_MODE", "WEIGHTS_PATH"].contains($0.name) }
        }
        self.device = device
        self.isStatic = isStatic
        self.promptLimit = promptLimit
        self.capacity = capacity
        self.settings = settings
    }

    package func value(_ name: String) -> String? { settings.last { $0.name == name }?.value }

    private static func length(
        _ settings: [OpenVINOSetting], _ name: String, or count: Int
    ) throws(OpenVINOError) -> Int {
        let stated = settings.last { $0.name == name }?.value
        let limit = 1 << 20
        guard let count = stated.map({ Int($0) }) ?? count, (1...limit).contains(count) else {
            throw .invalidSetting(
                name: name, found: stated ?? "\(count)", expected: "a count of tokens from 1 to \(limit)")
        }
        return (count + lengthStep - 1) / lengthStep * lengthStep
    }

    /// `$XDG_CACHE_HOME/swiftlet/openvino`, made if it is not there; nil where that is not possible.
    static func cacheFolder(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String? {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        #if os(Windows)
            let base = value("LOCALAPPDATA")
        #elseif os(macOS)
            let base = value("XDG_CACHE_HOME") ?? value("HOME").map { $0 + "/Library/Caches" }
        #else
            let base = value("XDG_CACHE_HOME") ?? value("HOME").map { $0 + "/.cache" }
        #endif
        guard let folder = base.map({ $0 + "/swiftlet/openvino" }) else { return nil }
        let isMade: ()? = try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return isMade != nil && FileManager.default.isWritableFile(atPath: folder) ? folder : nil
    }
}
