/// How what a kernel gave compares to what the portable kernel gives for the same input.
package enum Agreement: Equatable, Sendable {
    /// It is the reference.
    case reference
    /// All sets share one version, so there is nothing to compare.
    case shared
    /// Every bit.
    case exact
    /// The largest difference, relative to the largest value of the reference, and what it may be.
    case within(error: Double, bound: Double)
    /// The same, where it is more than it may be; infinite where the outputs differ in bytes, length or finiteness.
    case beyond(error: Double, bound: Double)

    package init(_ output: KernelOutput, with reference: KernelOutput, bound: Double) {
        switch (output, reference) {
        case (.floats(let found), .floats(let expected)) where found.count == expected.count:
            if zip(found, expected).allSatisfy({ $0.bitPattern == $1.bitPattern }) {
                self = .exact
                return
            }
            let largest = expected.reduce(0) { max($0, abs(Double($1))) }
            let difference = zip(found, expected).reduce(0.0) { worst, pair in
                // What is no number is no agreement either.
                let difference = abs(Double(pair.0) - Double(pair.1))
                return difference.isFinite ? max(worst, difference) : .infinity
            }
            let error = difference == 0 ? 0 : difference / largest
            self = error <= bound ? .within(error: error, bound: bound) : .beyond(error: error, bound: bound)
        case (.bytes(let found), .bytes(let expected)) where found == expected: self = .exact
        default: self = .beyond(error: .infinity, bound: bound)
        }
    }

    /// Whether the kernel is wrong.
    package var isFailure: Bool {
        if case .beyond = self { true } else { false }
    }
}
