import Counters
import Foundation

/// Runs this program again to count, and reads what it found.
struct Counter {
    /// The path of valgrind; nil where there is none, or where this build does not know its headers.
    let valgrind: String?

    init() {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let paths = folders.map { "\($0)/valgrind" }
        valgrind =
            canCountInstructions() == 0 ? nil : paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    func counts() throws -> [String: Count] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("counts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var result = try run(dumpingInto: folder)
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            guard let (name, instructions) = Self.dump(try String(contentsOf: file, encoding: .utf8)) else { continue }
            result[name]?.instructions = instructions
        }
        return result
    }

    private func run(dumpingInto folder: URL) throws -> [String: Count] {
        let process = Process()
        let (own, pipe) = (Bundle.main.executablePath ?? CommandLine.arguments[0], Pipe())
        process.executableURL = URL(fileURLWithPath: valgrind ?? own)
        let tool = [
            "--tool=callgrind", "--quiet", "--instr-atstart=no", "--collect-atstart=no",
            "--callgrind-out-file=\(folder.path)/dump", own,
        ]
        process.arguments = (valgrind == nil ? [] : tool) + [Counts.runArgument]
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CountFailure.ended(process.terminationStatus) }
        var result: [String: Count] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            guard parts.count == 2, let allocations = Int(parts[0]) else { throw CountFailure.line(String(line)) }
            result[String(parts[1])] = Count(instructions: nil, allocations: allocations)
        }
        return result
    }

    /// The name and the total of one of callgrind's files; nil for the last one, which nobody asked for.
    private static func dump(_ text: String) -> (String, Int)? {
        func value(_ key: String) -> Substring? {
            text.split(separator: "\n").first { $0.hasPrefix(key) }.map { $0.dropFirst(key.count) }
        }
        guard let name = value("desc: Trigger: Client Request: "), let total = value("totals: ").flatMap({ Int($0) })
        else { return nil }
        return (String(name), total)
    }
}

enum CountFailure: Error, CustomStringConvertible {
    case ended(Int32)
    case line(String)

    var description: String {
        switch self {
        case .ended(let status): "the counted process ended with status \(status)"
        case .line(let line): "the counted process said: \(line)"
        }
    }
}
