import Compute
import ONNXRuntimeBridge
import OpenVINOBridge
import Terminal

/// What a model can be computed on here.
struct DeviceInventory {
    let instructionSet: InstructionSet
    let processor: String
    let cores: Int
    /// Bytes that are free.
    let memoryBytes: Int?
    let openVINO: OpenVINO
    let onnxRuntime: ProviderInventory

    enum OpenVINO {
        case there(path: String, version: RuntimeVersion, devices: [DeviceDescription], missing: [MissingDevice])
        case absent(reason: String)
    }

    /// - Throws: what is wrong with a library that was named; one that is not there is no error.
    init(openVINO path: String?, onnxRuntime otherPath: String?) throws {
        instructionSet = InstructionSet.best
        processor = Processor.name
        cores = try Compute().threadCount
        memoryBytes = SystemMemory.availableBytes
        onnxRuntime = try ProviderInventory(library: otherPath)
        do throws(OpenVINOError) {
            let runtime = try OpenVINORuntime(library: path)
            openVINO = .there(
                path: runtime.path, version: runtime.version, devices: runtime.devices(),
                missing: runtime.missingDevices())
        } catch {
            if path != nil { throw error }
            openVINO = .absent(reason: error.description)
        }
    }

    // MARK: For people

    var lines: [String] {
        var lines = [
            "cpu  \(processor)",
            "     native kernels: \(instructionSet.rawValue), \(cores) \(cores == 1 ? "core" : "cores")"
                + (memoryBytes.map { ", \(ProgressText.bytes($0)) of memory free" } ?? ""),
        ]
        switch openVINO {
        case .absent(let reason):
            lines += ["", "openvino: not here", "     \(reason.replacing("\n", with: "\n     "))"]
        case .there(let path, let version, let devices, let missing):
            lines += ["", "openvino \(version)\(version.isTested ? "" : " (not tested with)")  \(path)"]
            for device in devices { lines += Self.lines(device) }
            if devices.allSatisfy({ $0.name == "CPU" }) { lines.append("no accelerator:") }
            for kind in missing {
                lines.append("\(kind.name): not here")
                lines += kind.reasons.map { "     - \($0)" }
            }
        }
        return lines + [""] + onnxRuntime.lines
    }

    private static func lines(_ device: DeviceDescription) -> [String] {
        var details = [device.precisions.joined(separator: " ")]
        if let bytes = device.memoryBytes { details.append("\(ProgressText.bytes(bytes)) of memory") }
        if let driver = device.driver { details.append("driver \(driver)") }
        return ["openvino:\(device.name)  \(device.fullName)", "     \(details.joined(separator: ", "))"]
    }

    // MARK: For programs

    var report: Report {
        let native: Report = [
            "name": "cpu", "full_name": .string(processor), "instruction_set": .string(instructionSet.rawValue),
            "cores": .integer(cores), "memory_bytes": memoryBytes.map { .integer($0) } ?? .null,
        ]
        return ["native": native, "openvino": openVINOReport, "onnxruntime": onnxRuntime.report]
    }

    private var openVINOReport: Report {
        switch openVINO {
        case .absent(let reason): ["available": false, "reason": .string(reason)]
        case .there(let path, let version, let devices, let missing):
            [
                "available": true, "library": .string(path), "version": .string(version.description),
                "build": .string(version.build), "tested": .bool(version.isTested),
                "devices": .array(devices.map(Self.report)),
                "missing": .array(
                    missing.map { ["name": .string($0.name), "reasons": .array($0.reasons.map { .string($0) })] }),
            ]
        }
    }

    private static func report(_ device: DeviceDescription) -> Report {
        [
            "name": .string(device.name), "full_name": .string(device.fullName),
            "precisions": .array(device.precisions.map { .string($0) }),
            "memory_bytes": device.memoryBytes.map { .integer($0) } ?? .null, "driver": .optional(device.driver),
        ]
    }
}
