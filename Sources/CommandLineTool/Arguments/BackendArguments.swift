import ArgumentParser
import OpenVINOBridge
import Swiftlet

/// What computes the model, and on which device.
struct BackendArguments: ParsableArguments {
    /// The names of `--backend`.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case cpu, openvino
    }

    @Option(help: "What computes: cpu, or openvino with a folder that was exported for it.")
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

    @Option(help: "What computes long prompts for a model that answers on the CPU: openvino.")
    var prefillBackend: Kind?

    @Option(
        help: ArgumentHelp(
            "With --prefill-backend, the same model as OpenVINO reads it; else the model's own folder.",
            valueName: "folder"))
    var exported: String?

    func validate() throws {
        guard backend == .cpu else {
            guard prefillBackend == nil, exported == nil else {
                throw ValidationError("--prefill-backend and --exported are for --backend cpu.")
            }
            return
        }
        if prefillBackend == .openvino { return }
        guard exported == nil else { throw ValidationError("--exported needs --prefill-backend openvino.") }
        let others: [(name: String, isGiven: Bool)] = [
            ("--device", device != nil), ("--ov-config", !ovConfig.isEmpty), ("--openvino", openvino != nil),
            ("--max-prompt", maxPrompt != nil), ("--min-response", minResponse != nil),
        ]
        if let other = others.first(where: \.isGiven) {
            throw ValidationError("\(other.name) needs --backend openvino or --prefill-backend openvino.")
        }
    }

    /// nil for the native backend.
    var openVINO: OpenVINOOptions? {
        backend == .openvino ? deviceOptions : nil
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
