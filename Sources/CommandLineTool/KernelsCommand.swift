import ArgumentParser
import Compute
import Foundation

/// `swiftlet kernels`: what this machine can do, and what the kernels make of it.
struct KernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Measures each kernel of each instruction set against this machine's roofs.",
        discussion: """
            Memory bandwidth and the peaks of f32 and int8 arithmetic are measured first. Then each operation is run at the
            shapes of Phi-3-mini, checked against the portable kernels, and timed: medians, and the share of the roof
            that binds. A multiply-add counts as two operations.
            """)

    @Option(help: ArgumentHelp("Only operations with this in their name or shape; may be repeated.", valueName: "text"))
    var only: [String] = []

    @Option(help: "Instruction sets, separated by commas; SWIFTLET_ISA or all of this machine where nothing is given.")
    var isa: InstructionSets?

    @Option(
        name: .shortAndLong, help: "Threads, separated by commas; one and all physical cores where nothing is given.")
    var threads: ThreadCounts?

    @Flag(help: "Fewer repetitions.")
    var quick = false

    @Flag(help: "Write one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Draw the roofline picture.", valueName: "file.svg"))
    var plot: String?

    func run() throws {
        let shapes = KernelShapes.phi3Mini(streamBytes: MemoryProbe.byteCount)
        let operations = try operations(shapes)
        if let plot { try OutputFile.check(plot) }
        let threads = try threads?.values ?? [1, Compute().threadCount].removingRepeated
        // Roofs are the machine's: every set that it has takes part in finding them.
        let machine = try InstructionSet.allCases.filter(\.isSupported).map { try KernelSubject($0, threads: threads) }
        let subjects = try (isa?.values ?? Self.setsFromEnvironment()).map { set in
            try machine.first { $0.name == set.rawValue } ?? KernelSubject(set, threads: threads)
        }
        let roofs = try RoofMeter(subjects: machine, tries: quick ? 4 : 10).measure()
        let table = KernelsTable(operations: operations, sets: subjects.map(\.name))
        if !json { try writeHeader(roofs, table, threads: threads) }

        let benchmark = KernelBenchmark(
            reference: try Compute(threads: threads.max(), instructionSet: .portable, openBLASUse: .never),
            subjects: subjects, roofs: roofs, stopwatch: quick ? .quick : .thorough,
            probe: try machine.last.map { subject throws(ComputeError) in try MemoryProbe(subject) })
        let measurements = try operations.flatMap { operation in
            let measurements = try benchmark.measure(operation)
            if !json { try StandardOutput.writeLine(table.lines(measurements).joined(separator: "\n")) }
            return measurements
        }
        let finalRoofs = roofs.including(measurements)
        if json {
            let report = KernelsReport(
                processor: Processor.name, threads: threads, roofs: finalRoofs, measurements: measurements)
            try StandardOutput.writeLine(report.line)
        } else {
            try StandardOutput.writeLine(finalRoofs.memoryLine)
        }
        if let plot {
            let picture = RooflinePlot(
                processor: Processor.name, threads: threads.max() ?? 1, shapes: shapes, sets: machine.map(\.name),
                roofs: finalRoofs, measurements: measurements)
            guard let picture else { throw Failure(.failure, "\(plot): nothing that computes was measured") }
            try OutputFile.write(picture.svg, to: plot)
        }
        try Self.requireAgreement(measurements)
    }

    private func writeHeader(_ roofs: MachineRoofs, _ table: KernelsTable, threads: [Int]) throws {
        let running = try Compute(threads: 1).instructionSet.rawValue
        let lines = ["\(Processor.name); \(running) runs where nothing else is asked for", ""]
        try StandardOutput.writeLine(
            (lines + roofs.lines(threads: threads) + ["", table.header]).joined(separator: "\n"))
    }

    /// - Throws: exit status 1 with the names of the kernels that are wrong.
    private static func requireAgreement(_ measurements: [KernelMeasurement]) throws {
        let wrong = measurements.filter(\.agreement.isFailure).map { "\($0.operation.name) (\($0.set))" }
        if wrong.isEmpty { return }
        throw Failure(.failure, "not what the portable kernels give: \(wrong.removingRepeated.joined(separator: ", "))")
    }

    private func operations(_ shapes: KernelShapes) throws -> [KernelOperation] {
        let operations = KernelCatalogue.all(shapes, matching: only)
        if operations.isEmpty {
            let names = KernelCatalogue.all(shapes).map(\.name).removingRepeated.joined(separator: ", ")
            throw ValidationError("--only matches none of: \(names).")
        }
        return operations
    }

    /// The set of `SWIFTLET_ISA`, or all that this machine has.
    private static func setsFromEnvironment() throws -> [InstructionSet] {
        let asked = ProcessInfo.processInfo.environment["SWIFTLET_ISA"] ?? ""
        return asked.isEmpty ? InstructionSet.allCases.filter(\.isSupported) : [try InstructionSet.named(asked)]
    }
}

/// Instruction sets separated by commas, each once and narrowest first.
struct InstructionSets: ExpressibleByArgument {
    let values: [InstructionSet]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let sets = names.compactMap { InstructionSet(rawValue: $0) }
        guard sets.count == names.count else { return nil }
        values = InstructionSet.allCases.filter(sets.contains)
    }

    static var allValueStrings: [String] { InstructionSet.allCases.map(\.rawValue) }
}

/// Numbers of threads separated by commas, each once and in ascending order.
struct ThreadCounts: ExpressibleByArgument {
    let values: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let counts = parts.compactMap { Int($0) }
        guard counts.count == parts.count, counts.allSatisfy((1...Compute.maximumThreadCount).contains) else {
            return nil
        }
        values = Set(counts).sorted()
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it stands first.
    fileprivate var removingRepeated: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
