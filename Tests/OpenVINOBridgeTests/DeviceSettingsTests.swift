import OpenVINOBridge
import Testing

@Suite struct DeviceSettingsTests {
    private func settings(
        _ options: OpenVINOOptions, hiddenSize: Int = 3_072, cache: String? = "/cache", knows: Bool = true
    ) throws -> DeviceSettings {
        try DeviceSettings(
            options, binPath: "/m.bin", modelTokens: 4_096, hiddenSize: hiddenSize, threads: 2, cacheFolder: cache,
            knows: { _ in knows })
    }

    @Test("a conversation at a time, kept without weights where the device can do so")
    func defaults() throws {
        let cpu = try settings(OpenVINOOptions())
        #expect(cpu.value("PERFORMANCE_HINT") == "LATENCY" && cpu.value("INFERENCE_NUM_THREADS") == "2")
        #expect(cpu.value("CACHE_DIR") == "/cache/CPU" && cpu.value("WEIGHTS_PATH") == "/m.bin")
        #expect(cpu.value("DYNAMIC_QUANTIZATION_GROUP_SIZE") == nil && !cpu.isStatic && cpu.capacity == nil)
        #expect(try settings(OpenVINOOptions(), hiddenSize: 576).value("DYNAMIC_QUANTIZATION_GROUP_SIZE") == "0")
        let other = try settings(OpenVINOOptions(device: "HETERO:GPU,CPU"), knows: false)
        #expect(other.value("CACHE_DIR") == "/cache/HETERO_GPU_CPU" && other.value("WEIGHTS_PATH") == nil)
        #expect(other.value("INFERENCE_NUM_THREADS") == nil)
    }

    @Test("what the user says stands, and an empty folder keeps nothing")
    func users() throws {
        let options = OpenVINOOptions(settings: [
            OpenVINOSetting("PERFORMANCE_HINT", "THROUGHPUT"), OpenVINOSetting("CACHE_DIR", ""),
            OpenVINOSetting("NUM_STREAMS", "2"),
        ])
        let made = try settings(options, hiddenSize: 32)
        #expect(made.value("PERFORMANCE_HINT") == "THROUGHPUT" && made.value("NUM_STREAMS") == "2")
        #expect(made.settings.count { $0.name == "PERFORMANCE_HINT" } == 1)
        #expect(["CACHE_DIR", "CACHE_MODE", "WEIGHTS_PATH"].allSatisfy { made.value($0) == nil })
        let precise = try settings(
            OpenVINOOptions(settings: [OpenVINOSetting("DYNAMIC_QUANTIZATION_GROUP_SIZE", "32")]), hiddenSize: 32)
        #expect(precise.value("DYNAMIC_QUANTIZATION_GROUP_SIZE") == "32")
    }

    @Test("an NPU's lengths are rounded up to what it compiles for, and checked")
    func npu() throws {
        let made = try settings(OpenVINOOptions(device: "NPU", maxPrompt: 100, minResponse: 1))
        #expect(made.isStatic && made.promptLimit == 128 && made.capacity == 191)
        #expect(made.value("NPUW_LLM_MAX_PROMPT_LEN") == "128" && made.value("NPUW_LLM_MIN_RESPONSE_LEN") == "64")
        let usual = try settings(OpenVINOOptions(device: "NPU"))
        #expect(usual.promptLimit == 1_024 && usual.capacity == 1_535)
        let own = try settings(
            OpenVINOOptions(device: "NPU", settings: [OpenVINOSetting("NPUW_LLM_MAX_PROMPT_LEN", "200")]))
        #expect(own.promptLimit == 256 && own.settings.count { $0.name == "NPUW_LLM_MAX_PROMPT_LEN" } == 1)
        for wrong in [0, -1, 1 << 21] {
            #expect(throws: OpenVINOError.self) { try settings(OpenVINOOptions(device: "NPU", maxPrompt: wrong)) }
        }
        #expect(throws: OpenVINOError.self) {
            try settings(
                OpenVINOOptions(device: "NPU", settings: [OpenVINOSetting("NPUW_LLM_MAX_PROMPT_LEN", "many")]))
        }
    }

    @Test("KEY=VALUE")
    func arguments() {
        #expect(OpenVINOSetting(argument: "A=b=c") == OpenVINOSetting("A", "b=c"))
        #expect(OpenVINOSetting(argument: "CACHE_DIR=") == OpenVINOSetting("CACHE_DIR", ""))
        for wrong in ["", "A", "=x", "A B=c", "A=\0"] { #expect(OpenVINOSetting(argument: wrong) == nil) }
    }
}
