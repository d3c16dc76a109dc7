import Foundation
import Synchronization

/// The objects that this build linked, found from where the test program itself lies, read with binutils.
struct ObjectFiles {
    let folder: String
    /// Object files by the target that they were compiled for.
    let byTarget: [String: [String]]

    /// Nil where the build keeps no objects beside the test program.
    init?() {
        var place = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        // On Linux the program lies in the build folder itself; elsewhere inside a bundle there.
        while place.pathComponents.count > 1, !Self.holdsObjects(place) { place.deleteLastPathComponent() }
        guard place.pathComponents.count > 1 else { return nil }
        folder = place.path
        var found: [String: [String]] = [:]
        for name in Self.contents(place) where name.hasSuffix(".build") {
            let target = String(name.dropLast(".build".count))
            // A `-tool` copy of a target is built for plugins that run while building: it is not in our program.
            guard !target.hasSuffix("-tool") else { continue }
            let inside = (try? FileManager.default.subpathsOfDirectory(atPath: "\(place.path)/\(name)")) ?? []
            found[target] = inside.filter { $0.hasSuffix(".o") }.sorted().map { "\(place.path)/\(name)/\($0)" }
        }
        byTarget = found
    }

    /// The instruction sets among the targets: what is built with compiler flags of its own.
    var instructionSets: [String] {
        byTarget.keys.filter { $0.hasPrefix("Kernels") && $0 != "Kernels" && !$0.hasSuffix("Tests") }.sorted()
    }

    private static func contents(_ folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    private static func holdsObjects(_ folder: URL) -> Bool { contents(folder).contains("ArchitectureTests.build") }
}

/// Symbols and code of objects.
enum Binutils {
    static let isThere = find("nm") != nil && find("objdump") != nil

    /// Names of the symbols that the objects define; only the weak ones, of which a linker keeps any one copy, if asked.
    static func definedSymbols(of objects: [String], onlyWeak: Bool) throws -> Set<String> {
        let types = onlyWeak ? Set("WVu") : Set("TtDdBbRrWVuSs")
        var names: Set<String> = []
        for batch in stride(from: 0, to: objects.count, by: 200) {
            let files = Array(objects[batch..<min(batch + 200, objects.count)])
            for line in try run("nm", ["--defined-only", "--no-sort"] + files).split(separator: "\n") {
                let fields = line.split(separator: " ")
                guard fields.count == 3, fields[1].count == 1, types.contains(fields[1].first!) else { continue }
                names.insert(String(fields[2]))
            }
        }
        return names
    }

    /// The symbols of an object whose code holds VEX- or EVEX-encoded instructions, with one such instruction each.
    static func vectorExtendedSymbols(of object: String) throws -> [String: String] {
        var found: [String: String] = [:]
        var symbol = ""
        for line in try run("objdump", ["--disassemble", "--no-show-raw-insn", object]).split(separator: "\n") {
            if line.hasSuffix(">:"), let open = line.firstIndex(of: "<") {
                symbol = String(line[line.index(after: open)...].dropLast(2))
            } else if found[symbol] == nil, isVectorExtended(line) {
                found[symbol] = line.trimmingCharacters(in: .whitespaces)
            }
        }
        return found
    }

    /// Every mnemonic of AVX, AVX2, FMA, F16C and AVX-512 begins with v; of the older ones only these few do.
    static func isVectorExtended(_ line: Substring) -> Bool {
        guard let colon = line.firstIndex(of: ":") else { return false }
        let mnemonic = line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " }.prefix {
            $0.isLetter || $0.isNumber
        }
        return mnemonic.hasPrefix("v") && !older.contains(mnemonic)
    }

    private static let older: Set<Substring> = [
        "verr", "verw", "vmcall", "vmclear", "vmfunc", "vmlaunch", "vmload", "vmmcall", "vmptrld", "vmptrst", "vmread",
        "vmresume", "vmrun", "vmsave", "vmwrite", "vmxoff", "vmxon",
    ]

    private static func find(_ tool: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(tool)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func run(_ tool: String, _ arguments: [String]) throws -> String {
        // Through a file: a pipe would fill while the tool is waited for.
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: find(tool) ?? tool)
        process.arguments = arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(tool: tool, status: process.terminationStatus) }
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }

    struct Failure: Error {
        let tool: String
        let status: Int32
    }
}
