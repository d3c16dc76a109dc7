public import DynamicLibraries

/// One of OpenVINO's properties with its value: `PERFORMANCE_HINT=LATENCY`.
public typealias OpenVINOSetting = LibrarySetting

/// How a model is run by OpenVINO.
public struct OpenVINOOptions: Sendable, Equatable {
    /// The library or a folder with it; nil for the environment and the usual places.
    public var library: String?
    /// `CPU`, `GPU`, `GPU.0`, `NPU`, `AUTO`, `HETERO:GPU,CPU` …
    public var device: String
    /// What the user sets besides, or instead of what ``DeviceSettings`` would.
    public var settings: [OpenVINOSetting]
    /// Tokens of the longest prompt that an NPU is compiled for; nil for 1,024, or the model's context if it is shorter.
    public var maxPrompt: Int?
    /// Tokens that an answer may have at least, behind the longest prompt; nil for 512.
    public var minResponse: Int?
    /// Where compiled models are kept; nil for `$XDG_CACHE_HOME/swiftlet/openvino`.
    public var cacheFolder: String?

    public init(
        library: String? = nil, device: String = "CPU", settings: [OpenVINOSetting] = [], maxPrompt: Int? = nil,
        minResponse: Int? = nil, cacheFolder: String? = nil
    ) {
        self.library = library
        self.device = device
        self.settings = settings
        self.maxPrompt = maxPrompt
        self.minResponse = minResponse
        self.cacheFolder = cacheFolder
    }
}
