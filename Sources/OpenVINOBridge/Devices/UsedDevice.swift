/// The device that a model really runs on.
struct UsedDevice {
    let name: String
    let remarks: [String]

    init(_ compiled: CompiledModel, _ settings: DeviceSettings) {
        let executing = (compiled.property("EXECUTION_DEVICES") ?? "").split { $0 == " " || $0 == "," }
            .map { $0 == "OPENVINO_LLM" ? "CPU" : String($0) }
        let used = executing.isEmpty ? settings.device : executing.joined(separator: "+")
        var remarks: [String] = []
        if used != settings.device, !settings.device.hasPrefix("\(used).") {
            remarks.append("\(settings.device) runs the model on \(used)")
        }
        // The NPU's plugin can give the parts of a model to other devices, and still calls itself what it is called.
        let parts = settings.value("NPUW_DEVICES")
        if settings.isStatic, let prompt = settings.promptLimit, let capacity = settings.capacity {
            remarks.append(
                "compiled for \(used)\(parts.map { " (its parts for \($0))" } ?? ""): prompts of up to \(prompt) tokens, "
                    + "\(capacity) with the answer; --max-prompt and --min-response set them")
        }
        name = settings.isStatic && parts != nil ? "\(used) on \(parts ?? "")" : used
        self.remarks = remarks
    }
}
