import Foundation
import TestSupport
import Testing

/// `Benchmarks/Counters/Allocations.c`, built as a library that is loaded before malloc's own and counts its calls.
struct AllocationCounter {
    private let library: URL
    private let report: URL

    /// The compiler that comes with Swift; nil where allocations are not counted this way.
    static let clang: String? = {
        #if os(Linux) && canImport(Glibc)
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            let withSwift = folders.filter { FileManager.default.isExecutableFile(atPath: "\($0)/swift") }
            return withSwift.map { "\($0)/clang" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        #else
            return nil
        #endif
    }()

    init() throws {
        let folder = try ToolProcess.temporaryFolder()
        library = folder.appendingPathComponent("allocations.so")
        report = folder.appendingPathComponent("report")
        let source = "\(Golden.repository.path)/Benchmarks/Counters/Allocations.c"
        let clang = try #require(Self.clang)
        let build = try ToolProcess.shell("'\(clang)' -O2 -shared -fPIC -o '\(library.path)' '\(source)'")
        try #require(build.status == 0, "\(build.errors)")
    }

    /// Allocations of a whole run of the tool.
    func count(_ arguments: [String]) throws -> Int {
        try #require(try lines(arguments, [:]).first.flatMap { Int($0) })
    }

    /// The stacks that allocated at least so many times more in one run than in another, innermost function first.
    func sites(_ arguments: [String], butNot others: [String], atLeast least: Int) throws -> String {
        let (more, fewer) = (try stacks(arguments), try stacks(others))
        let differences = more.map { ($0.key, $0.value - fewer[$0.key, default: 0]) }.filter { $0.1 >= least }
        return try differences.sorted { $0.1 > $1.1 }.prefix(12)
            .map { "\($0.1) × \(try names($0.0))" }.joined(separator: "\n")
    }

    private func lines(_ arguments: [String], _ environment: [String: String]) throws -> [Substring] {
        let own = ["LD_PRELOAD": library.path, "ALLOCATION_COUNT": report.path]
        let result = try ToolProcess.run(arguments, environment: environment.merging(own) { $1 })
        try #require(result.status == 0, "\(result.errors)")
        return try String(contentsOf: report, encoding: .utf8).split(separator: "\n")
    }

    /// How often each stack allocated; a stack is the offsets of its return addresses within the tool.
    private func stacks(_ arguments: [String]) throws -> [String: Int] {
        var result: [String: Int] = [:]
        let tool = "\(try #require(ToolProcess.path))+"
        for line in try lines(arguments, ["ALLOCATION_SITES": "1"]).dropFirst() {
            let parts = line.split(separator: " ")
            let stack = parts.dropFirst().filter { $0.hasPrefix(tool) }.map { $0.dropFirst(tool.count) }
            result[stack.joined(separator: " "), default: 0] += Int(parts[0]) ?? 0
        }
        return result
    }

    /// The first functions of a stack; its offsets, where nothing names them.
    private func names(_ stack: String) throws -> String {
        let symbolizer = try #require(Self.clang).dropLast("clang".count) + "llvm-symbolizer"
        let script = """
            '\(symbolizer)' --obj="$SWIFTLET" --no-inlines --functions=linkage \(stack) \
            | grep '^\\$s' | swift demangle --simplified | head -n 5
            """
        let found = try ToolProcess.shell(script).output.split(separator: "\n").joined(separator: " < ")
        return found.isEmpty ? stack : found
    }
}
