import DynamicLibraries
import Foundation
import Kernels
import OpenVINOBridge
import TestSupport
import Testing

@Suite struct LibraryTests {
    private func place(_ files: [String]) throws -> URL {
        let folder = try TemporaryFolder.make()
        for file in files {
            let url = folder.appendingPathComponent(file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        return folder
    }

    @Test("what a user names is the only place: a file, a package, an archive")
    func named() throws {
        let name = LibraryLocation.fileName
        let folder = try place([
            "a/\(name)", "package/libs/\(name).2641", "archive/runtime/lib/intel64/\(name)", "empty/x",
        ])
        let nowhere = LibraryLocation(environment: ["PATH": "/usr/bin"])
        func find(_ path: String) throws -> String { try nowhere.find(folder.appendingPathComponent(path).path) }
        #expect(try find("a/\(name)").hasSuffix("a/\(name)"))
        #expect(try find("a").hasSuffix("a/\(name)"))
        #expect(try find("package").hasSuffix("package/libs/\(name).2641"))
        #expect(try find("archive").hasSuffix("archive/runtime/lib/intel64/\(name)"))
        let empty = folder.appendingPathComponent("empty").path
        #expect(throws: OpenVINOError.libraryNotFound(searched: [empty])) { try nowhere.find(empty) }
        let fromVariable = LibraryLocation(environment: ["SWIFTLET_OPENVINO": folder.appendingPathComponent("a").path])
        #expect(try fromVariable.find().hasSuffix("a/\(name)"))
        #expect(try fromVariable.find(folder.appendingPathComponent("package").path).hasSuffix(".2641"))
    }

    @Test("Python's packages are found by the environment, the newest library of several")
    func python() throws {
        let name = LibraryLocation.fileName
        let package = "lib/python3.11/site-packages/openvino/libs/\(name)"
        let folder = try place(["\(package).2640", "\(package).21000", "bin/python3"])
        for environment in [
            ["VIRTUAL_ENV": folder.path], ["CONDA_PREFIX": folder.path], ["PATH": "\(folder.path)/bin"],
        ] {
            #expect(try LibraryLocation(environment: environment).find().hasSuffix("\(name).21000"), "\(environment)")
        }
        // The working folder and a PATH without a Python are no places.
        let other = LibraryLocation(environment: ["PATH": folder.appendingPathComponent("lib").path])
        #expect(!other.places.contains { $0.hasPrefix(folder.path) })
        #expect(!other.places.contains("") && !other.places.contains("."))
    }

    @Test("versions are read as the library writes them")
    func versions() {
        let version = RuntimeVersion(build: "2026.4.1-22982-e213a147257-releases/2026/4")
        #expect(version.description == "2026.4.1" && version.isTested && version.isSupported)
        #expect(!RuntimeVersion(build: "2024.6.0-17404").isSupported)
        #expect(RuntimeVersion(build: "2025.0.0-1").isSupported && !RuntimeVersion(build: "2025.0.0-1").isTested)
        #expect(!RuntimeVersion(build: "").isSupported && !RuntimeVersion(build: "x").isSupported)
    }

    @Test("of the library's words the places in its sources are left out")
    func messages() {
        let text = """
            Exception from src/inference/src/cpp/core.cpp:84:
            Check 'is_valid(size)' failed at src/core/x.cpp:900:
            Incorrect weights in bin file!

            """
        #expect(LibraryMessage.readable(text, status: -1) == "Incorrect weights in bin file!")
        #expect(LibraryMessage.readable("Exception from a.cpp:1:\n", status: -1) == "Exception from a.cpp:1:")
        #expect(LibraryMessage.readable("", status: -7) == "status -7, with no message")
        #expect(LibraryMessage.readable(String(repeating: "x", count: 5_000), status: 1).count < 1_010)
    }

    @Test("halves are widened")
    func halves() {
        let pairs: [(UInt16, Float)] = [
            (0, 0), (0x3C00, 1), (0xC000, -2), (0x3555, 0.333_251_95), (1, 0x1p-24), (0x7BFF, 65_504),
            (0x8001, -0x1p-24),
        ]
        for (bits, value) in pairs { #expect(Half.float(bits) == value) }
        #expect(Half.float(0xFC00) == -.infinity && Half.float(0x7E00).isNaN)
    }

    @Test("what is no library, or none of OpenVINO's, is refused by name")
    func foreign() throws {
        let folder = try TemporaryFolder.make()
        let text = folder.appendingPathComponent("libopenvino_c.so").path
        try Data("not a library".utf8).write(to: URL(fileURLWithPath: text))
        #expect {
            try OpenVINORuntime(library: text)
        } throws: { error in
            guard case .libraryNotOpened(text, let reason) = error as? OpenVINOError else { return false }
            return !reason.isEmpty
        }
        #if os(Linux)
            #expect(throws: OpenVINOError.missingFunction(path: "libm.so.6", name: "ov_get_openvino_version")) {
                try OpenVINORuntime(path: "libm.so.6")
            }
        #endif
    }
}
