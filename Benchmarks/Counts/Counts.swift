import Counters
import Foundation

/// Instructions and allocations of every kernel, held against what is committed.
///
///     swift run -c release Counts            compares, and ends with 1 if something got worse
///     swift run -c release Counts --update   commits to what it finds
///     swift run -c release Counts --list     prints what it finds
///
/// Unlike times, counts are the same on a busy machine, and where a virtual machine hides the processor's counters.
@main
enum Counts {
    /// Makes this program the one that is counted.
    static let runArgument = "--run"

    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments {
        case [runArgument]: try OperationRun.all()
        case []: exit(try compare() ? 1 : 0)
        case ["--update"]:
            try Thresholds.write(try count())
            print("wrote \(Thresholds.path)")
        case ["--list"]:
            for (name, count) in try count().sorted(by: { $0.key < $1.key }) {
                print("\(count.instructions.map(String.init) ?? "-")\t\(count.allocations)\t\(name)")
            }
        default:
            say("usage: Counts [--update | --list]")
            exit(64)
        }
    }

    private static func compare() throws -> Bool {
        let found = try count()
        let (lines, isWorse) = try Thresholds().compare(found)
        print("\(found.count) operations against \(Thresholds.path)")
        for line in lines { print(line) }
        if lines.isEmpty { print("as committed, within \(Int(100 * Thresholds.tolerance)) % of instructions") }
        return isWorse
    }

    private static func count() throws -> [String: Count] {
        guard allocationCount() >= 0 else {
            say("allocations cannot be counted here: this is not glibc")
            exit(69)
        }
        let counter = Counter()
        if counter.valgrind == nil { say("instructions are not counted: valgrind with its headers is not here") }
        return try counter.counts()
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
