/// A device of OpenVINO's, as its plugin describes it.
public struct DeviceDescription: Sendable, Equatable {
    /// As `--device` takes it.
    public let name: String
    public let fullName: String
    /// What it computes in, in OpenVINO's words: `FP32`, `BF16`, `INT8`.
    public let precisions: [String]
    /// Of its own or lent to it; nil where it does not say, as the CPU does not.
    public let memoryBytes: Int?
    public let driver: String?
}

/// A kind of device that is not there, and why.
public struct MissingDevice: Sendable, Equatable {
    public let name: String
    /// Each something that somebody can do something about.
    public let reasons: [String]
}

extension OpenVINORuntime {
    /// The devices that are there.
    public func devices() -> [DeviceDescription] {
        availableDevices().map { name in
            func first(_ properties: [String]) -> String? {
                properties.lazy.compactMap { self.property($0, of: name) }.first { !$0.isEmpty }
            }
            let precisions = (property("OPTIMIZATION_CAPABILITIES", of: name) ?? "").split { $0 == " " || $0 == "," }
            return DeviceDescription(
                name: name, fullName: (first(["FULL_DEVICE_NAME"]) ?? name).squeezed,
                precisions: precisions.map(String.init).filter(Self.precisions.contains),
                memoryBytes: first(["GPU_DEVICE_TOTAL_MEM_SIZE", "NPU_DEVICE_TOTAL_MEM_SIZE"]).flatMap { Int($0) },
                driver: first(["GPU_DRIVER_VERSION", "NPU_DRIVER_VERSION"]))
        }
    }

    /// GPU and NPU, where there is none, with what is missing for them.
    public func missingDevices() -> [MissingDevice] {
        let there = Set(availableDevices().map(Self.kind))
        return AcceleratorKind.allCases.filter { !there.contains($0.rawValue) }.map { kind in
            MissingDevice(
                name: kind.rawValue, reasons: AcceleratorSearch(libraryPath: path).reasons(for: kind))
        }
    }

    /// Proves that a device that was named is there; one that chooses among others knows itself what it finds.
    func requireDevice(_ options: OpenVINOOptions) throws(OpenVINOError) {
        let device = options.device
        let kind = Self.kind(of: device)
        if device.contains(":") || ["AUTO", "MULTI", "HETERO", "BATCH"].contains(kind) { return }
        // So the NPU's plugin runs without an NPU.
        if kind == "NPU", options.settings.contains(where: { $0.name == "NPUW_DEVICES" }) { return }
        let available = availableDevices()
        guard !available.contains(where: { Self.kind(of: $0) == kind }) else { return }
        throw .noSuchDevice(
            name: device, available: available,
            missing: AcceleratorKind(rawValue: kind).map { AcceleratorSearch(libraryPath: path).reasons(for: $0) }
                ?? [])
    }

    /// `GPU` of `GPU.1`.
    private static func kind(of device: String) -> String { String(device.prefix { $0 != "." && $0 != ":" }) }

    /// What of a device's capabilities is a type that it computes in.
    private static let precisions: Set<String> = [
        "FP32", "BF16", "FP16", "INT8", "INT4", "INT16", "BIN", "FP8", "NF4", "FP4",
    ]
}

extension String {
    /// Without the runs of spaces that makers leave in names.
    fileprivate var squeezed: String { split(separator: " ").joined(separator: " ") }
}
