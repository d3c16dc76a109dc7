/// The extents of a tensor, outermost first, as NumPy and PyTorch write them: `[outputs, inputs]` for a weight.
///
/// GGUF stores extents innermost first; its reader turns them round.
public struct TensorShape: Sendable, Equatable, CustomStringConvertible {
    public let extents: [Int]

    /// - Precondition: no extent is negative and their product fits `Int`; a reader of files proves both first.
    public init(_ extents: [Int]) {
        precondition(extents.allSatisfy { $0 >= 0 })
        self.extents = extents
    }

    public var rank: Int { extents.count }

    public var elementCount: Int { extents.reduce(1, *) }

    /// The innermost extent: elements that lie side by side. 1 for a scalar.
    public var columns: Int { extents.last ?? 1 }

    /// The product of all extents but the innermost.
    public var rows: Int { extents.dropLast().reduce(1, *) }

    public var description: String { "[\(extents.map(String.init).joined(separator: ", "))]" }
}
