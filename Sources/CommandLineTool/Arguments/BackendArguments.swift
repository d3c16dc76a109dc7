import ArgumentParser
import ONNXRuntimeBridge
import OpenVINOBridge
import Swiftlet

/// What computes the model, and on which device.
struct BackendArguments: ParsableArguments {
    /// The names of `--backend`.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case cpu, openvino, onnxruntime
    }

    @Option(help: "What computes: cpu, or openvino or onnxruntime with a folder that was exported for it.")
    var backend = Kind.cpu

    @Option(help: "OpenVINO's device: CPU, GPU, GPU.0, NPU, AUTO, HETERO:GPU,CPU …; swiftlet devices lists them.")
    var device: String?

    @Option(
        help: ArgumentHelp(
            "One of OpenVINO's properties, such as INFERENCE_PRECISION_HINT=f32; may be repeated. CACHE_DIR= keeps no compiled model.",
            valueName: "key=value"))
    var ovConfig: [OpenVINOSetting] = []

    @Option(
        help: ArgumentHelp(
            "OpenVINO's library, or a folder with it; else \(LibraryLocation.environmentVariable), the system's places, and installed Python packages.",
            valueName: "path"))
    var openvino: String?

    @Option(help: "Tokens of the longest prompt that an NPU is compiled for; 1024 where nothing is given.")
    var maxPrompt: Int?

    @Option(help: "Tokens that an NPU must have room for behind the longest prompt; 512 where nothing is given.")
    var minResponse: Int?

    @Option(
        help:
            "ONNX Runtime's execution provider: cpu, dml, cuda, openvino, coreml, webgpu …; swiftlet devices lists what the library has."
    )
    var provider: String?

    @Option(
        help: ArgumentHelp(
            "One of ONNX Runtime's settings: of the session where its name has a dot (session.intra_op.allow_spinning=0), else of the provider (device_id=1); may be repeated.",
            valueName: "key=value"))
    var ortOption: [ONNXRuntimeSetting] = []

    @Option(
        help: ArgumentHelp(
            "ONNX Runtime's library, or a folder with it; else \(ONNXRuntimeLocation.environmentVariable), the system's places, and installed Python packages.",
            valueName: "path"))
    var onnxruntime: String?

    @Option(help: "What computes long prompts for a model that answers on the CPU: openvino.")
    var prefillBackend: Kind?

    @Option(
        help: ArgumentHelp(
            "With --prefill-backend, the same model as OpenVINO reads it; else the model's own folder.",
            valueName: "folder"))
    var exported: String?

    func validate() throws {
        try refuse(onnxRuntimeOptions, unless: backend == .onnxruntime, "--backend onnxruntime")
        guard backend != .onnxruntime else {
            try refuse(
                openVINOOptions + [("--prefill-backend", prefillBackend != nil), ("--exported", exported != nil)],
                unless: false, "another backend")
            return
        }
        guard prefillBackend == nil || prefillBackend == .openvino else {
            throw ValidationError("--prefill-backend must be openvino.")
        }
        guard backend == .cpu else {
            guard prefillBackend == nil, exported == nil else {
                throw ValidationError("--prefill-backend and --exported are for --backend cpu.")
            }
            return
        }
        if prefillBackend == .openvino { return }
        guard exported == nil else { throw ValidationError("--exported needs --prefill-backend openvino.") }
        try refuse(openVINOOptions, unless: false, "--backend openvino or --prefill-backend openvino")
    }

    private typealias Given = [(name: String, isGiven: Bool)]

    private var openVINOOptions: Given {
        [
            ("--device", device != nil), ("--ov-config", !ovConfig.isEmpty), ("--openvino", openvino != nil),
            ("--max-prompt", maxPrompt != nil), ("--min-response", minResponse != nil),
        ]
    }

    private var onnxRuntimeOptions: Given {
        [
            ("--provider", provider != nil), ("--ort-option", !ortOption.isEmpty),
            ("--onnxruntime", onnxruntime != nil),
        ]
    }

    private func refuse(_ options: Given, unless isRight: Bool, _ needed: String) throws {
        guard !isRight, let other = options.first(where: \.isGiven) else { return }
        throw ValidationError("\(other.name) needs \(needed).")
    }

    /// What the chosen backend computes with.
    var computeBackend: ComputeBackend {
        switch backend {
        case .cpu: .native
        case .openvino: .openVINO(deviceOptions)
        case .onnxruntime:
            .onnxRuntime(
                ONNXRuntimeOptions(library: onnxruntime, provider: provider ?? "cpu", settings: ortOption))
        }
    }

    /// nil where prompts are computed by what computes the answers.
    func prefill(model: String) -> PrefillOptions? {
        guard backend == .cpu, prefillBackend == .openvino else { return nil }
        return PrefillOptions(exported: exported ?? model, openVINO: deviceOptions)
    }

    private var deviceOptions: OpenVINOOptions {
        OpenVINOOptions(
            library: openvino, device: device ?? "CPU", settings: ovConfig, maxPrompt: maxPrompt,
            minResponse: minResponse)
    }
}
