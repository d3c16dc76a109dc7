package import Compute

/// What one call of an operation moves and computes: facts of its formula and shapes, whatever kernel does it.
package struct KernelWork: Sendable {
    /// Bytes that are read or written, each counted once, even if it is both.
    package let bytes: Int
    /// A multiply-add counts as two. 0 where nothing is computed.
    package let operations: Int
    package let arithmetic: Arithmetic
    /// Bytes that pass before a call comes to the same ones again: tells which cache they come from.
    package let workingSet: Int

    package init(bytes: Int, operations: Int, arithmetic: Arithmetic = .float, workingSet: Int? = nil) {
        self.bytes = bytes
        self.operations = operations
        self.arithmetic = arithmetic
        self.workingSet = workingSet ?? bytes
    }

    /// Operations per byte.
    package var intensity: Double { Double(operations) / Double(bytes) }

    /// What an exponential takes by the polynomial of Kernels/Rows/Exponential.swift, its bounds included.
    static let exponential = 24
}

/// An operation of the engine at one shape, to be made ready on any instruction set.
package struct KernelOperation {
    package let name: String
    package let shape: String
    package let work: KernelWork
    /// What a picture calls it; nil where it would crowd the others.
    let label: String?
    /// Whether more than one thread has a part in it: a single row is done sooner than they have met.
    let isSplit: Bool
    /// Whether each instruction set has its own kernel for it, or all share one.
    let hasSets: Bool
    /// The largest difference from the reference, relative to its largest value.
    let bound: Double
    /// Makes its memory ready.
    let prepare: (Compute) throws -> PreparedKernel

    init(
        _ name: String, shape: String, work: KernelWork, label: String? = nil, isSplit: Bool = true,
        hasSets: Bool = true, bound: Double = 0, prepare: @escaping (Compute) throws -> PreparedKernel
    ) {
        self.name = name
        self.shape = shape
        self.work = work
        self.label = label
        self.isSplit = isSplit
        self.hasSets = hasSets
        self.bound = bound
        self.prepare = prepare
    }

    /// Whether a person who wrote this pattern means the operation.
    func matches(_ pattern: String) -> Bool { "\(name) \(shape)".lowercased().contains(pattern.lowercased()) }

    /// The error that DESIGN grants a float sum of so many terms: 4·√K·ε.
    static func sumBound(_ terms: Int) -> Double { 4 * Double(terms).squareRoot() * Double(Float.ulpOfOne) }
}

/// An operation in memory.
package struct PreparedKernel {
    /// One call, to be timed.
    let run: (Compute) throws -> Void
    /// What a call gives in memory that no other call wrote to, the same on any number of threads; nil where all sets share one version, so that
    /// there is nothing to compare.
    var output: ((Compute) throws -> KernelOutput)?
}

/// What an operation computed.
package enum KernelOutput {
    case floats([Float])
    case bytes([UInt8])
}

extension Activations {
    /// Numbers between −1 and 1, the same at every start.
    static func random(rows: Int, columns: Int, seed: UInt64 = 7) -> Activations {
        let x = Activations(rows: rows, columns: columns)
        var state = seed
        for row in 0..<rows {
            x.setRow(
                row,
                (0..<columns).map { _ in
                    // The multiplier of Knuth's MMIX; its upper bits are good enough for this.
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
                })
        }
        return x
    }

    /// All elements, row after row.
    var elements: [Float] { (0..<rows).flatMap { copyRow($0) } }
}

/// Which of several pieces comes next: one after another, so that none is still in a cache.
final class Turn {
    private let count: Int
    private var index = 0

    init(of count: Int) { self.count = count }

    func next() -> Int {
        defer { index = (index + 1) % count }
        return index
    }
}
