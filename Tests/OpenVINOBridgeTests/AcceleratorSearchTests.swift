import Foundation
import OpenVINOBridge
import TestSupport
import Testing

#if os(Linux)
    /// A machine made of files.
    @Suite struct AcceleratorSearchTests {
        private func search(_ files: [String: String], libraries: Set<String> = []) throws -> AcceleratorSearch {
            let root = try TemporaryFolder.make()
            for (name, text) in files {
                let url = root.appendingPathComponent(name)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url)
            }
            return AcceleratorSearch(
                libraryPath: root.appendingPathComponent("ov/libopenvino_c.so").path, root: root.path,
                canOpen: { libraries.contains($0) })
        }

        @Test("on a machine with nothing every step is named")
        func nothing() throws {
            let search = try search([:])
            let gpu = search.reasons(for: .gpu).joined(separator: "\n")
            for part in ["plugin", "PCI", "/dev/dri", "libOpenCL.so.1", "OpenCL driver of Intel's"] {
                #expect(gpu.contains(part), "\(part) in \(gpu)")
            }
            let npu = search.reasons(for: .npu).joined(separator: "\n")
            for part in ["plugin", "PCI", "/dev/accel", "libze_loader", "libze_intel_npu", "compiler"] {
                #expect(npu.contains(part), "\(part) in \(npu)")
            }
        }

        @Test("what is there is not complained of")
        func all() throws {
            let files = [
                "ov/libopenvino_intel_gpu_plugin.so": "", "ov/libopenvino_intel_npu_plugin.so": "",
                "sys/bus/pci/devices/0000:00:02.0/vendor": "0x8086\n",
                "sys/bus/pci/devices/0000:00:02.0/class": "0x030000\n",
                "sys/bus/pci/devices/0000:00:0b.0/vendor": "0x8086\n",
                "sys/bus/pci/devices/0000:00:0b.0/class": "0x120000\n", "dev/dri/renderD128": "",
                "dev/accel/accel0": "", "etc/OpenCL/vendors/intel.icd": "libigdrcl.so",
            ]
            let whole = try search(
                files,
                libraries: ["libOpenCL.so.1", "libze_loader.so.1", "libze_intel_npu.so.1", "libnpu_driver_compiler.so"])
            for kind in AcceleratorKind.allCases {
                let reasons = whole.reasons(for: kind)
                #expect(reasons.count == 1 && reasons[0].contains("found nothing"), "\(reasons)")
            }
            // Another maker's graphics are none for this plugin.
            var others = files
            others["sys/bus/pci/devices/0000:00:02.0/vendor"] = "0x10de\n"
            let reasons = try search(others, libraries: ["libOpenCL.so.1"]).reasons(for: .gpu)
            #expect(reasons == ["no Intel graphics on the PCI bus"])
        }
    }
#endif
