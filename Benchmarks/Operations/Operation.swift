import Compute
import Tensors

/// One thing that kernels do, with everything laid out for it: what the suites time and ``Counts`` counts.
public struct Operation: Sendable {
    /// `"avx2 Q4_0, 64 tokens"`
    public let name: String
    private let make: @Sendable () throws -> () -> Void

    init(_ name: String, _ make: @escaping @Sendable () throws -> () -> Void) {
        self.name = name
        self.make = make
    }

    /// Allocates and fills what the operation needs. What is returned may be called again and again.
    public func prepare() throws -> () -> Void { try make() }
}

/// How large operations are, and who computes them.
public struct Setting: Sendable {
    /// Rows of a matrix.
    let outputs: Int
    /// Columns of a matrix, elements of a row.
    let inputs: Int
    let heads: Int
    /// Tokens in the cache before the new ones.
    let depth: Int
    /// nil for one a core.
    let threads: Int?
    let sets: [InstructionSet]

    /// As in a layer of Phi-3-mini, on every core, with every instruction set of this machine.
    public static let layer = Setting(
        outputs: 3072, inputs: 3072, heads: 32, depth: 1024, threads: nil,
        sets: InstructionSet.allCases.filter(\.isSupported))

    /// Rows as long as in a layer, but few of them, on one thread: instructions do not depend on how often a loop runs.
    /// Only sets that valgrind can follow.
    public static let sample = Setting(
        outputs: 64, inputs: 3072, heads: 4, depth: 192, threads: 1,
        sets: InstructionSet.allCases.filter { $0.isSupported && ["portable", "avx2"].contains($0.rawValue) })

    func compute(_ set: InstructionSet) throws -> Compute { try Compute(threads: threads, instructionSet: set) }

    static func tokens(_ count: Int) -> String { count == 1 ? "1 token" : "\(count) tokens" }
}
