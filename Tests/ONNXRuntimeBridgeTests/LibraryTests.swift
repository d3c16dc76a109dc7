import DynamicLibraries
import Foundation
import ONNXRuntimeBridge
import Testing

@Suite struct LibraryTests {
    @Test("of a Python package, an archive or a folder the last version is found, and no other library")
    func places() throws {
        let name = ONNXRuntimeLocation.fileName
        let folder = try TemporaryFolder.make()
        let package = "lib/python3.12/site-packages/onnxruntime/capi"
        for file in [
            "a/\(name).1.20.1", "a/\(name).1.9.0", "a/libonnxruntime_providers_shared.so", "archive/lib/\(name).1.31.0",
            "\(package)/\(name).1.32.0", "empty/x",
        ] {
            let url = folder.appendingPathComponent(file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        func find(_ path: String) throws -> String {
            try ONNXRuntimeLocation(environment: [:]).find(folder.appendingPathComponent(path).path)
        }
        #expect(try find("a").hasSuffix("a/\(name).1.20.1"))
        #expect(try find("archive").hasSuffix("archive/lib/\(name).1.31.0"))
        let empty = folder.appendingPathComponent("empty").path
        #expect(throws: ONNXRuntimeError.libraryNotFound(searched: [empty])) {
            try ONNXRuntimeLocation(environment: ["SWIFTLET_ONNXRUNTIME": empty]).find()
        }
        #expect(
            try ONNXRuntimeLocation(environment: ["VIRTUAL_ENV": folder.path]).find().hasSuffix("capi/\(name).1.32.0"))
    }

    @Test("versions are read as the library writes them")
    func versions() {
        #expect(ONNXRuntimeVersion("1.32.0").isSupported && ONNXRuntimeVersion("1.32.0").isTested)
        #expect(ONNXRuntimeVersion("1.23.0").isSupported && !ONNXRuntimeVersion("1.33.0").isTested)
        for old in ["1.22.9", "1.9", "2.0.0", "", "x", "1", "1.x"] {
            #expect(!ONNXRuntimeVersion(old).isSupported, "\(old)")
        }
    }

    @Test("of the library's words the places in its sources are left out")
    func messages() {
        let text =
            "Exception: /onnxruntime_src/onnxruntime/core/graph/model.cc:182 onnxruntime::Model Unsupported model IR version: 99"
        #expect(
            LibraryMessage.ofONNXRuntime(text, status: 1)
                == "Exception: onnxruntime::Model Unsupported model IR version: 99")
        #expect(
            LibraryMessage.ofONNXRuntime("m.onnx failed:/src/core/a.h:46 Opset 99", status: 1)
                == "m.onnx failed: Opset 99")
        #expect(LibraryMessage.ofONNXRuntime("Error: utils.cc:619 No file", status: 1) == "Error: No file")
        for signature in [
            "std::string a::Parse(std::shared_ptr<X>, const a::Options&)", "static void a::f() const",
            "a::Parse(const a::Options&)::<lambda(const std::string&)>", "void a::f(int) [with T = int]",
        ] {
            let logged = "/src/core/a.cc:141 \(signature) [OpenVINO] Device GPU (of two) is not there"
            #expect(
                LibraryMessage.ofONNXRuntime(logged, status: 1) == "[OpenVINO] Device GPU (of two) is not there",
                "\(signature)")
        }
        #expect(LibraryMessage.ofONNXRuntime("", status: 7) == "status 7, with no message")
    }

    @Test("providers by all their names")
    func providers() throws {
        let available = [
            "DmlExecutionProvider", "WebGpuExecutionProvider", "ROCMExecutionProvider", "CPUExecutionProvider",
        ]
        for (name, short) in [
            ("cpu", "cpu"), ("DML", "dml"), ("DmlExecutionProvider", "dml"), ("webgpu", "webgpu"), ("rocm", "rocm"),
        ] {
            let settings = try SessionSettings(
                ONNXRuntimeOptions(provider: name), available: available, threads: 1, folder: "/m")
            #expect(settings.provider.name == short)
        }
        #expect(
            throws: ONNXRuntimeError.noSuchProvider(name: "cuda", available: ["dml", "webgpu", "rocm", "cpu"])
        ) {
            try SessionSettings(ONNXRuntimeOptions(provider: "cuda"), available: available, threads: 1, folder: "/m")
        }
    }

    @Test("a setting with a dot is the session's, another the provider's; the user's outweigh ours")
    func settings() throws {
        func settings(_ provider: String, _ names: [(String, String)]) throws -> SessionSettings {
            try SessionSettings(
                ONNXRuntimeOptions(
                    provider: provider, settings: names.map { ONNXRuntimeSetting($0.0, $0.1) }),
                available: ["DmlExecutionProvider", "CPUExecutionProvider"], threads: 2, folder: "/m")
        }
        let made = try settings("dml", [("device_id", "1"), ("session.intra_op.allow_spinning", "0")])
        #expect(made.providerSettings == [ONNXRuntimeSetting("device_id", "1")])
        #expect(made.configuration.contains(ONNXRuntimeSetting("session.intra_op.allow_spinning", "0")))
        let folder = "session.model_external_initializers_file_folder_path"
        let own = try settings("cpu", [(folder, "/other")])
        #expect(own.configuration == [ONNXRuntimeSetting(folder, "/other")])
        #expect(throws: ONNXRuntimeError.self) { try settings("cpu", [("device_id", "1")]) }
        #expect(throws: ONNXRuntimeError.self) { try settings("dml", [("device_id", "")]) }
    }

    @Test("what is no library, or none of ONNX Runtime's, is refused by name")
    func foreign() throws {
        let text = try TemporaryFolder.make().appendingPathComponent("libonnxruntime.so").path
        try Data("not a library".utf8).write(to: URL(fileURLWithPath: text))
        #expect {
            try ONNXRuntime(library: text)
        } throws: { error in
            guard case .libraryNotOpened(text, let reason) = error as? ONNXRuntimeError else { return false }
            return !reason.isEmpty
        }
        #if os(Linux)
            #expect(throws: ONNXRuntimeError.missingFunction(path: "libm.so.6", name: "OrtGetApiBase")) {
                try ONNXRuntime(path: "libm.so.6")
            }
        #endif
    }
}
