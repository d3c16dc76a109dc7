import Foundation
import TestSupport
import Testing

/// Exit codes, signals and pipes: what scripts rely on.
@Suite struct ExitStatusTests {
    private static let model = GoldenData.phi3
    private static let reason = GoldenData.needsModels
    private static let corpus = Golden.path("fuzz")

    @Test("usage mistakes leave with 64")
    func usage() throws {
        #expect(try ToolProcess.run(["run"]).status == 64)
        #expect(try ToolProcess.run(["nonsense"]).status == 64)
        #expect(try ToolProcess.run(["run", "a", "b", "c"]).status == 64)
        #expect(try ToolProcess.run(["run", "model", "x", "--temp", "9"]).status == 64)
        #expect(try ToolProcess.run(["run", "model", "x", "--group-size", "64"]).status == 64)
        #expect(try ToolProcess.run(["run", "model", "x", "--dtype", "int4", "--group-size", "48"]).status == 64)
        #expect(try ToolProcess.run(["run", "model", "x", "--dtype", "int8", "--asym"]).status == 64)
        #expect(try ToolProcess.run(["run", "model", "x", "--activation-bits", "12"]).status == 64)
        // These are well said, and the model is what is missing.
        let whole = [
            "run", "no-model.gguf", "x", "--dtype", "int4", "--group-size", "-1", "--asym", "--activation-bits", "16",
        ]
        #expect(try ToolProcess.run(whole).status == 66)
        #expect(try ToolProcess.run(["--help"]).status == 0)
        #expect(try ToolProcess.run(["--version"]).status == 0)
    }

    @Test("a missing model leaves with 66 and tells what would bring it")
    func missing() throws {
        let folder = try ToolProcess.temporaryFolder().path
        let environment = ["HF_HUB_CACHE": folder, "XDG_DATA_HOME": folder]
        let result = try ToolProcess.run(["run", "somebody/some-model", "x"], environment: environment)
        #expect(result.status == 66)
        #expect(result.errors.contains("swiftlet pull somebody/some-model"))
        for path in ["/no/such/file.gguf", "weights/nobody.gguf"] {
            let file = try ToolProcess.run(["inspect", path], environment: environment)
            #expect(file.status == 66 && file.errors.contains("\(path): no such file"))
        }
    }

    @Test(
        "malformed files leave with 65, naming file and field",
        .enabled(if: corpus != nil, "needs the golden data: fuzz"))
    func malformed() throws {
        for file in ["tensor-offset-beyond-eof.gguf", "kv-head_count-0.gguf", "truncated-200.gguf", "version-99.gguf"] {
            let result = try ToolProcess.run(["run", "\(Self.corpus!)/gguf/\(file)", "x", "-n", "1"])
            #expect(result.status == 65 && !result.isSignalled, "\(file): \(result.status) \(result.errors)")
            #expect(result.errors.contains(file) && result.errors.split(separator: ":").count >= 3, "\(result.errors)")
            #expect(result.output.isEmpty)
        }
    }

    @Test("a token id outside the vocabulary is bad data", .enabled(if: model != nil, reason))
    func badIDs() throws {
        #expect(try ToolProcess.run(["run", Self.model!, "--ids", "-"], input: "[999999]").status == 65)
        #expect(try ToolProcess.run(["run", Self.model!, "--ids", "-"], input: "[]").status == 65)
        #expect(try ToolProcess.run(["run", Self.model!, "--ids", "-"], input: "{").status == 65)
        #expect(try ToolProcess.run(["run", Self.model!, "--ids", "/no/such/file"]).status == 66)
    }

    @Test("an instruction set that is not there leaves with 69", .enabled(if: model != nil, reason))
    func instructionSet() throws {
        let result = try ToolProcess.run(
            ["run", Self.model!, "x", "--raw", "-n", "1"], environment: ["SWIFTLET_ISA": "altivec"])
        #expect(result.status == 69)
    }

    @Test("a prompt past the context leaves with 78 and both numbers", .enabled(if: model != nil, reason))
    func context() throws {
        let ids = "[" + Array(repeating: "5", count: 40).joined(separator: ",") + "]"
        let result = try ToolProcess.run(["run", Self.model!, "--ids", "-", "-c", "16"], input: ids)
        #expect(result.status == 78)
        #expect(result.errors.contains("40") && result.errors.contains("16"))
    }

    @Test("Ctrl-C leaves with 130, soon", .enabled(if: model != nil, reason))
    func interrupt() throws {
        let result = try ToolProcess.run(["bench", Self.model!, "-p", "64", "-r", "1000000"], interruptAfter: 1.5)
        #expect(result.status == 130 && !result.isSignalled)
        #expect(result.seconds < 4)
    }

    // Where SIGPIPE is ignored, `yes` and `head` have something to say too; only our own errors count.
    @Test("a closed pipe ends quietly", .enabled(if: model != nil, reason))
    func closedPipe() throws {
        let script = """
            { yes '{"text": "a"}' 2>/dev/null | head -n 200000 2>/dev/null | "$SWIFTLET" tokenize '\(Self.model!)' --jsonl; echo "left with $?" >&2; } \
            | head -n 1
            """
        let result = try ToolProcess.shell(script)
        #expect(result.errors == "left with 0\n")
    }
}
