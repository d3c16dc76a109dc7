import ArgumentParser
import ONNXRuntimeBridge
import OpenVINOBridge
import Terminal

/// `swiftlet devices`: what a model can be computed on here.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract:
            "Lists what a model can be computed on: the native CPU backend, OpenVINO's devices, ONNX Runtime's providers.",
        discussion: "Where there is no accelerator it says what is missing for one.")

    @Option(
        help: ArgumentHelp(
            "OpenVINO's library, or a folder with it; else \(LibraryLocation.environmentVariable), the system's places, and installed Python packages.",
            valueName: "path"))
    var openvino: String?

    @Option(
        help: ArgumentHelp(
            "ONNX Runtime's library, or a folder with it; else \(ONNXRuntimeLocation.environmentVariable), the system's places, and installed Python packages.",
            valueName: "path"))
    var onnxruntime: String?

    @Flag(help: "Write one JSON object.")
    var json = false

    func run() throws {
        let inventory = try DeviceInventory(openVINO: openvino, onnxRuntime: onnxruntime)
        if json {
            try StandardOutput.writeLine(inventory.report.line)
        } else {
            try StandardOutput.writeLine(inventory.lines.joined(separator: "\n"))
        }
    }
}
