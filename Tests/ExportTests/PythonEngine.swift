import Foundation
import TestSupport
import Testing

/// An engine that a Python package brings, run by the script that knows its interface.
struct PythonEngine: Sendable {
    /// A Python that has the package; nil where there is none.
    let python: String?
    /// Below `scripts`: prints logits as f32 numbers.
    private let script: String

    static let openVINO = PythonEngine(package: "openvino", script: "openvino/logits.py")
    static let onnxRuntime = PythonEngine(package: "onnxruntime", script: "onnx/logits.py")

    private init(package: String, script: String) {
        self.script = script
        let named = ProcessInfo.processInfo.environment["SWIFTLET_PYTHON"]
        python = [named, "python3"].compactMap { $0 }.first { python in
            (try? Self.run(python, ["-c", "import numpy, \(package)"]))?.status == 0
        }
    }

    func logits(_ folder: String, _ ids: [Int], steps: Bool) throws -> [Float] {
        let path = Golden.repository.appendingPathComponent("scripts/\(script)").path
        let result = try Self.run(
            try #require(python), [path, folder] + ids.map(String.init) + (steps ? ["--steps"] : []))
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

/// The standard deviation, which differences are measured by.
func spread(_ values: [Float]) -> Float {
    let mean = values.reduce(0, +) / Float(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
}
