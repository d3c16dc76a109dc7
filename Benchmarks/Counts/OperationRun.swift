import Counters
import Operations

/// The counted side, run in a process of its own: under valgrind, or for allocations alone without it.
enum OperationRun {
    /// Prints a line for each operation: its allocations, a tab, its name.
    static func all() throws {
        let setting = Setting.sample
        let operations =
            Operation.products(setting) + Operation.quantizations(setting) + Operation.rows(setting)
            + Operation.attention(setting) + Operation.loads(setting)
        for operation in operations {
            let body = try operation.prepare()
            // The first call grows memory that later ones keep.
            body()
            beginCountingInstructions()
            let before = allocationCount()
            body()
            let after = allocationCount()
            endCountingInstructions(operation.name)
            print("\(after - before)\t\(operation.name)")
        }
    }
}
