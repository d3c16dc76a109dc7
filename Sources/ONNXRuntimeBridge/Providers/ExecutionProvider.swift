/// One of ONNX Runtime's execution providers: what it has operations computed by.
public struct ExecutionProvider: Sendable, Hashable {
    /// As `--provider` takes it.
    public let name: String
    /// As the library lists it.
    public let fullName: String
    /// As the library takes it when a session is made.
    let shortName: String

    private init(_ name: String, _ shortName: String, _ fullName: String? = nil) {
        self.name = name
        self.shortName = shortName
        self.fullName = fullName ?? "\(shortName)ExecutionProvider"
    }

    static let cpu = ExecutionProvider("cpu", "CPU")
    static let cuda = ExecutionProvider("cuda", "CUDA")
    static let dml = ExecutionProvider("dml", "DML", "DmlExecutionProvider")
    static let tensorRT = ExecutionProvider("tensorrt", "Tensorrt")

    /// Those whose three names do not follow from each other.
    private static let known = [
        cpu, cuda, tensorRT, dml,
        ExecutionProvider("openvino", "OpenVINO"), ExecutionProvider("coreml", "CoreML"),
        ExecutionProvider("webgpu", "WebGPU", "WebGpuExecutionProvider"), ExecutionProvider("qnn", "QNN"),
        ExecutionProvider("migraphx", "MIGraphX"),
        ExecutionProvider("nvtensorrtrtx", "NvTensorRtRtx", "NvTensorRTRTXExecutionProvider"),
        ExecutionProvider("vitisai", "VitisAI"), ExecutionProvider("xnnpack", "XNNPACK", "XnnpackExecutionProvider"),
        ExecutionProvider("azure", "AZURE", "AzureExecutionProvider"),
    ]

    /// Whether its GroupQueryAttention takes tokens behind those of its cache one by one only: DirectML's counts a run of several from
    /// the first position on, and reads its cache nowhere but where it writes it (`DmlOperatorGroupQueryAttention.cpp`).
    var continuesByToken: Bool { self == .dml }

    /// - Parameter fullName: as the library lists it.
    public init(fullName: String) {
        let short =
            fullName.hasSuffix("ExecutionProvider") ? String(fullName.dropLast("ExecutionProvider".count)) : fullName
        self =
            Self.known.first { $0.fullName.lowercased() == fullName.lowercased() }
            ?? ExecutionProvider(short.lowercased(), short, fullName)
    }

    /// The provider that a user names, by any of its names.
    ///
    /// - Throws: ``ONNXRuntimeError/noSuchProvider(name:available:)``.
    static func find(_ name: String, among available: [String]) throws(ONNXRuntimeError) -> ExecutionProvider {
        let providers = available.map { ExecutionProvider(fullName: $0) }
        let wanted = name.lowercased()
        let match = providers.first { [$0.name, $0.shortName.lowercased(), $0.fullName.lowercased()].contains(wanted) }
        guard let match else { throw .noSuchProvider(name: name, available: providers.map(\.name)) }
        return match
    }
}

extension ONNXRuntime {
    /// The providers that the library was built with, the one it prefers first. That a device is there for it only a session tells.
    public func providers() -> [ExecutionProvider] {
        availableProviders().map { ExecutionProvider(fullName: $0) }
    }
}
