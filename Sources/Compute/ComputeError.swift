/// What can keep the kernels from running, one case for each thing a user can act on.
public enum ComputeError: Error, Equatable, Sendable {
    /// `SWIFTLET_ISA` or an option names a set that does not exist.
    case unknownInstructionSet(String)
    /// The set exists, but this processor or this build does not have it.
    case unsupportedInstructionSet(InstructionSet)
    /// `SWIFTLET_OPENBLAS` is none of `always`, `auto` and `never`.
    case unknownOpenBLASUse(String)
    /// A thread count below one or above ``Compute/maximumThreadCount``.
    case invalidThreadCount(Int)
    /// The system refused to start a thread; the code is that of `pthread_create`.
    case threadNotStarted(code: Int32)
    /// The system has no such amount of memory to give.
    case outOfMemory(bytes: Int)
    /// Matrices that are to stand on one another differ in their number of columns, or a part has no two dimensions.
    case mismatchedParts(tensor: String, found: String, expected: String)
    /// A weight is not finite, or too large for the type that it is to be converted to.
    case weightOutOfRange(tensor: String, precision: WeightPrecision, limit: Float)
}

extension ComputeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownInstructionSet(let name):
            "instruction set \(name): unknown; known: best, \(InstructionSet.allCases.map(\.rawValue).joined(separator: ", "))"
        case .unsupportedInstructionSet(let set):
            "instruction set \(set.rawValue): not supported by this processor or build; "
                + "supported: \(InstructionSet.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", "))"
        case .unknownOpenBLASUse(let name):
            "SWIFTLET_OPENBLAS: found \(name), expected always, auto or never"
        case .invalidThreadCount(let count):
            "threads: \(count) is not between 1 and \(Compute.maximumThreadCount)"
        case .threadNotStarted(let code):
            "threads: the system refused to start one (error \(code))"
        case .outOfMemory(let bytes):
            "out of memory: \(bytes) bytes were not to be had"
        case .mismatchedParts(let tensor, let found, let expected):
            "\(tensor): shape: found \(found), expected \(expected)"
        case .weightOutOfRange(let tensor, let precision, let limit):
            "\(tensor): a weight is not finite or above \(limit), and cannot become \(precision.rawValue)"
        }
    }
}
