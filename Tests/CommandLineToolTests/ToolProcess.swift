import Foundation
import Testing

/// The built `swiftlet`, run as a child process: what users and scripts see, and nothing else.
struct ToolProcess {
    struct Result {
        let status: Int32
        /// Ended by a signal and not by leaving: a crash.
        let isSignalled: Bool
        let output: String
        let errors: String
        let seconds: Double

        /// The output's lines, each read as JSON.
        func jsonLines() throws -> [[String: Any]] {
            try output.split(separator: "\n").map { try json(String($0)) }
        }

        func json() throws -> [String: Any] { try json(output) }

        private func json(_ text: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
    }

    /// The binary stands beside the test bundle.
    static let path: String? = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("swiftlet").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return nil
    }()

    /// Runs the tool to its end.
    ///
    /// - Parameter interruptAfter: seconds after which it gets Ctrl-C.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], interruptAfter: Double? = nil
    ) throws -> Result {
        try launch(try #require(path), arguments, input, environment, interruptAfter)
    }

    /// Runs a line of shell in which `$SWIFTLET` is the tool.
    static func shell(_ script: String, environment: [String: String] = [:]) throws -> Result {
        let tool = ["SWIFTLET": try #require(path)]
        return try launch("/bin/sh", ["-c", script], "", environment.merging(tool) { $1 }, nil)
    }

    /// A folder for one test, removed by the system.
    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    // Files and not pipes stand at both ends, so that no amount of output can block either side.
    private static func launch(
        _ tool: String, _ arguments: [String], _ input: String, _ environment: [String: String],
        _ interruptAfter: Double?
    ) throws -> Result {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
        try Data(input.utf8).write(to: names[0])
        for name in names.dropFirst() { try Data().write(to: name) }

        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SWIFTLET_MODEL": "", "HF_HUB_OFFLINE": "1"]) { $1 }.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        process.standardOutput = try FileHandle(forWritingTo: names[1])
        process.standardError = try FileHandle(forWritingTo: names[2])
        let start = ContinuousClock.now
        try process.run()
        if let interruptAfter {
            Thread.sleep(forTimeInterval: interruptAfter)
            process.interrupt()
        }
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, isSignalled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self),
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }
}
