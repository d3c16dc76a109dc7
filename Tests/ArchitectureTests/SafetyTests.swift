import Testing

/// Speed comes from pointers and proven shapes inside kernels; all else stays checked.
@Suite struct SafetyTests {
    private let files = SourceFile.product

    /// Where pointers are the material.
    private static let unsafeModules: Set<String> = ["Tensors", "Kernels", "KernelsAVX2", "KernelsAVX512", "Compute"]

    /// Single files elsewhere, each with its reason: one-line calls of the C library, which takes pointers.
    private static let unsafeFiles: [String: String] = [
        "Sources/CommandLineTool/Bench/Against/ChildOutput.swift": "pipe, poll and read",
        "Sources/CommandLineTool/Bench/Against/ChildProcess.swift":
            "posix_spawn and wait4: Foundation's Process does not tell a child's peak memory",
        "Sources/CommandLineTool/Output/StandardOutput.swift": "write: a closed pipe must be told from a full disk",
        "Sources/DynamicLibraries/CTexts.swift": "lists of texts for C",
        "Sources/DynamicLibraries/DynamicLibrary.swift": "dlopen and dlsym",
        "Sources/ModelHub/BlobDownload.swift": "open with a mode",
        "Sources/ModelHub/CacheWriter.swift": "rename: the last step of a download, and the only visible one",
        "Sources/ModelHub/HubCache+Find.swift": "whether a path is a folder",
        "Sources/ONNXFormat/onnx.pb.swift": "generated: the empty message that recursive ones share",
        "Sources/ONNXRuntimeBridge/C/Binding.swift": "ONNX Runtime's C library: inputs, outputs and runs",
        "Sources/ONNXRuntimeBridge/C/Functions.swift": "ONNX Runtime's C library: the functions that are called",
        "Sources/ONNXRuntimeBridge/C/Functions+Calls.swift": "ONNX Runtime's C library: handles and failures",
        "Sources/ONNXRuntimeBridge/C/LibraryLog.swift": "ONNX Runtime's C library: what it logs",
        "Sources/ONNXRuntimeBridge/C/ONNXRuntime.swift": "ONNX Runtime's C library: providers and sessions",
        "Sources/ONNXRuntimeBridge/C/Session.swift": "ONNX Runtime's C library: what a session declares",
        "Sources/ONNXRuntimeBridge/C/Session+Assignment.swift": "ONNX Runtime's C library: who computes what",
        "Sources/ONNXRuntimeBridge/C/Tensor.swift": "ONNX Runtime's C library: memory and tensors",
        "Sources/OpenVINOBridge/C/CompiledModel.swift": "OpenVINO's C library: a compiled model and its ports",
        "Sources/OpenVINOBridge/C/Functions.swift": "OpenVINO's C library: the functions that are called",
        "Sources/OpenVINOBridge/C/Functions+Calls.swift": "OpenVINO's C library: handles, texts and failures",
        "Sources/OpenVINOBridge/C/InferRequest.swift": "OpenVINO's C library: tensors in and out",
        "Sources/OpenVINOBridge/C/OpenVINORuntime.swift": "OpenVINO's C library: devices, reading, compiling",
        "Sources/Terminal/FileDescriptor.swift": "read, write and poll on a descriptor",
        "Sources/Terminal/LineHistory.swift": "open with a mode: the history is its owner's alone",
        "Sources/Terminal/RawMode.swift": "termios",
        "Sources/Terminal/TerminalStream.swift": "ioctl: the width of the window",
    ]

    @Test("`unsafe` stands only where pointers are the material")
    func unsafeStaysInside() {
        var excused: Set<String> = []
        for file in files where !Self.unsafeModules.contains(file.module) {
            let lines = file.lines(withWord: "unsafe")
            if Self.unsafeFiles[file.path] != nil, !lines.isEmpty { excused.insert(file.path) }
            #expect(lines.isEmpty || Self.unsafeFiles[file.path] != nil, "\(file.path), lines \(lines)")
        }
        #expect(excused == Set(Self.unsafeFiles.keys), "an exception that is no longer needed")
    }

    @Test("nothing is built with -Ounchecked")
    func nothingIsUnchecked() throws {
        for name in ["Package.swift", "Makefile", ".ci/run", "Benchmarks/Package.swift"] {
            let text = try Checkout.text(name)
            #expect(!text.contains("Ounchecked"), "\(name)")
        }
    }

    @Test(
        "sizes from files are never added or multiplied with wrapping operators",
        arguments: ["Checkpoints", "UntrustedInput"])
    func noWrapping(module: String) {
        let operators = ["&+", "&-", "&*", "&<<", "&>>"]
        for file in files where file.module == module {
            let lines = file.lines { line in operators.contains { line.contains($0) } }
            #expect(lines.isEmpty, "\(file.path), lines \(lines)")
        }
    }

    @Test("comments and strings are not code")
    func blanking() {
        let text = #"""
            let a = "unsafe // \" &+" // unsafe
            /* unsafe /* nested */ unsafe */ let b = #"unsafe " "# + """
            unsafe
            """ ; unsafe f()
            """#
        let file = SourceFile(path: "Sources/X/x.swift", text: text)
        #expect(file.lines(withWord: "unsafe") == [4])
        #expect(file.lines { $0.contains("&+") } == [])
        #expect(file.code.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
    }
}
