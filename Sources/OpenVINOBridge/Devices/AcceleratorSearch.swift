internal import DynamicLibraries
import Foundation

/// The kinds of devices besides the CPU that OpenVINO has plugins for.
package enum AcceleratorKind: String, CaseIterable, Sendable {
    case gpu = "GPU"
    case npu = "NPU"
}

/// Looks why a plugin finds no device: hardware, kernel driver, permission, user-space driver, compiler, in the order in which
/// one stands on the other.
package struct AcceleratorSearch {
    /// OpenVINO's library, beside which its plugins stand.
    let libraryPath: String
    /// Where the system's files begin.
    private let root: String
    /// Whether the system finds a library.
    private let canOpen: (String) -> Bool

    init(libraryPath: String) {
        self.init(libraryPath: libraryPath, root: "", canOpen: DynamicLibrary.canOpen)
    }

    package init(libraryPath: String, root: String, canOpen: @escaping (String) -> Bool) {
        self.libraryPath = libraryPath
        self.root = root
        self.canOpen = canOpen
    }

    package func reasons(for kind: AcceleratorKind) -> [String] {
        #if os(Linux)
            let reasons = plugin(kind) + hardware(kind) + node(kind) + userDriver(kind)
            return reasons.isEmpty
                ? ["all that Swiftlet knows to look for is there, but the plugin found nothing"] : reasons
        #elseif os(Windows)
            return plugin(kind) + [
                "OpenVINO's plugin found no device: is Intel's driver for the \(kind.rawValue) there?"
            ]
        #else
            return ["OpenVINO has no \(kind.rawValue) plugin for this system"]
        #endif
    }

    // MARK: One thing after another

    private func plugin(_ kind: AcceleratorKind) -> [String] {
        let name = "openvino_intel_\(kind.rawValue.lowercased())_plugin"
        let folder = URL(fileURLWithPath: libraryPath).deletingLastPathComponent().path
        return LibrarySearch.contents(of: folder).contains { $0.contains(name) }
            ? [] : ["OpenVINO's plugin \(name) is not in \(folder)"]
    }

    /// Looks for a PCI device of Intel's and the right class: 0x03… a display, 0x12… a processing accelerator.
    private func hardware(_ kind: AcceleratorKind) -> [String] {
        let prefix = kind == .gpu ? "0x03" : "0x12"
        let devices = "\(root)/sys/bus/pci/devices"
        let isThere = LibrarySearch.contents(of: devices).contains { device in
            text("\(devices)/\(device)/vendor").hasPrefix("0x8086")
                && text("\(devices)/\(device)/class").hasPrefix(prefix)
        }
        guard !isThere else { return [] }
        return switch kind {
        case .gpu: ["no Intel graphics on the PCI bus"]
        case .npu: ["no Intel NPU on the PCI bus: the processors called Core Ultra have one"]
        }
    }

    private func node(_ kind: AcceleratorKind) -> [String] {
        let (folder, prefix, driver) =
            kind == .gpu ? ("/dev/dri", "renderD", "i915 or xe") : ("/dev/accel", "accel", "intel_vpu")
        let nodes = LibrarySearch.contents(of: root + folder).filter { $0.hasPrefix(prefix) }.sorted()
        guard !nodes.isEmpty else {
            return [
                "no device node \(folder)/\(prefix)*: the kernel driver (\(driver)) is not loaded, or the container was not given "
                    + "the node (--device \(folder))"
            ]
        }
        let isPermitted = nodes.contains { node in
            let path = "\(root)\(folder)/\(node)"
            return FileManager.default.isReadableFile(atPath: path) && FileManager.default.isWritableFile(atPath: path)
        }
        return isPermitted
            ? [] : ["no permission for \(folder)/\(nodes[0]): put the user into its group (mostly render)"]
    }

    private func userDriver(_ kind: AcceleratorKind) -> [String] {
        switch kind {
        case .gpu:
            let loader =
                canOpen("libOpenCL.so.1") ? [] : ["libOpenCL.so.1 is missing (Debian: ocl-icd-libopencl1)"]
            let vendors = "\(root)/etc/OpenCL/vendors"
            let hasIntel = LibrarySearch.contents(of: vendors).contains {
                $0.lowercased().contains("intel") || text("\(vendors)/\($0)").lowercased().contains("igdrcl")
            }
            return loader
                + (hasIntel ? [] : ["no OpenCL driver of Intel's in /etc/OpenCL/vendors (Debian: intel-opencl-icd)"])
        case .npu:
            let loader =
                canOpen("libze_loader.so.1") ? [] : ["libze_loader.so.1 is missing (Level Zero, package level-zero)"]
            let driver =
                canOpen("libze_intel_npu.so.1") || canOpen("libze_intel_vpu.so.1")
                ? [] : ["libze_intel_npu.so.1 is missing (Intel's NPU driver, package intel-level-zero-npu)"]
            return loader + driver + compiler()
        }
    }

    /// The NPU's compiler comes with OpenVINO's archive, or with the driver; the Python package has none.
    private func compiler() -> [String] {
        let folder = URL(fileURLWithPath: libraryPath).deletingLastPathComponent().path
        let isBeside = LibrarySearch.contents(of: folder).contains { $0.contains("npu_compiler") }
        guard !isBeside, !canOpen("libnpu_driver_compiler.so") else { return [] }
        return [
            "no compiler for the NPU: neither libopenvino_intel_npu_compiler beside OpenVINO (the Python package lacks it, Intel's "
                + "archive has it) nor libnpu_driver_compiler.so (package intel-driver-compiler-npu; then --ov-config "
                + "NPU_COMPILER_TYPE=DRIVER)"
        ]
    }

    private func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0.prefix(4_096), as: UTF8.self) } ?? ""
    }
}
