public import DynamicLibraries

/// One of ONNX Runtime's settings with its value.
public typealias ONNXRuntimeSetting = LibrarySetting

/// How a model is run by ONNX Runtime.
public struct ONNXRuntimeOptions: Sendable, Equatable {
    /// The library or a folder with it; nil for the environment and the usual places.
    public var library: String?
    /// `cpu`, `dml`, `cuda`, `openvino`, `coreml`, `webgpu` …: whatever the library was built with.
    public var provider: String
    /// Settings of the session (`session.intra_op.allow_spinning`) or of the provider (`device_id`): those with a dot in their names
    /// are the session's.
    public var settings: [ONNXRuntimeSetting]

    public init(library: String? = nil, provider: String = "cpu", settings: [ONNXRuntimeSetting] = []) {
        self.library = library
        self.provider = provider
        self.settings = settings
    }
}
