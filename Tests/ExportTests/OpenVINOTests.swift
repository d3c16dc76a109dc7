import Export
import Foundation
import TestSupport
import Testing

/// The exported graph where Python brings OpenVINO to run it: the logits of the golden data come out.
@Suite(
    .enabled(
        if: PythonOpenVINO.python != nil,
        "needs Python's package openvino: pip install openvino, or SWIFTLET_PYTHON for a Python that has it"))
final class OpenVINOTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    // Those whose weights f16 holds as they are.
    static let models = ["phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16"]

    @Test("the logits of the reference, in one pass and token by token", arguments: models)
    func logits(model: String) throws {
        try shop.export(Workshop.golden(model), ExportOptions(.fp16))
        let golden = try SafetensorsFile(path: "\(Workshop.golden(model))/golden.safetensors")
        let isLong = model.contains("longrope") || model.contains("phi4mini")
        for index in 0..<3 {
            guard let ids = golden.integers("seq\(index).input_ids"), let expected = golden.floats("seq\(index).logits")
            else { continue }
            // Keys that are cached keep the rotary factors of shorter texts, so the first sequence alone may go by steps.
            for steps in isLong && index > 0 ? [false] : [false, true] {
                let found = try PythonOpenVINO.logits(shop.path("a"), ids, steps: steps)
                #expect(found.count == expected.count)
                let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
                #expect(error <= 1e-3 * Self.spread(expected), "\(ids.count) tokens, steps \(steps): \(error)")
            }
        }
    }

    private static func spread(_ values: [Float]) -> Float {
        let mean = values.reduce(0, +) / Float(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
    }
}

enum PythonOpenVINO {
    /// A Python that has the package; nil where there is none.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["SWIFTLET_PYTHON"]
        let script = "import numpy, openvino"
        return [named, "python3"].compactMap { $0 }.first { python in
            (try? run(python, ["-c", script]))?.status == 0
        }
    }()

    static func logits(_ folder: String, _ ids: [Int], steps: Bool) throws -> [Float] {
        let script = Golden.repository.appendingPathComponent("scripts/openvino/logits.py").path
        let result = try run(
            try #require(python), [script, folder] + ids.map(String.init) + (steps ? ["--steps"] : []))
        try #require(result.status == 0)
        return stride(from: 0, to: result.output.count, by: 4).map { start in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(result.output[start + $1]) << (8 * UInt32($1)) })
        }
    }

    private static func run(_ python: String, _ arguments: [String]) throws -> (status: Int32, output: [UInt8]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return (process.terminationStatus, bytes)
    }
}
