/// Writes the integers of some groups of rows in the form in which a set multiplies them for many tokens.
///
/// - Parameters:
///   - call: its weights, groups, columns and scales; nothing else is read.
///   - destination: ``ExpandedWeights/bytes(_:groups:columns:)``.
public typealias ExpandKernel = @Sendable (_ call: TileCall, _ destination: UnsafeMutableRawPointer) -> Void

/// How the weights of one layout are expanded, and multiplied then.
@safe public struct ExpandedLayout: Sendable {
    /// Bytes of a block of 32 columns of one group.
    public var blockBytes: Int
    public var expand: ExpandKernel
    /// Multiplies expanded rows with a panel of tokens.
    public var multiply: TileKernel

    public init(blockBytes: Int, expand: @escaping ExpandKernel, multiply: @escaping TileKernel) {
        self.blockBytes = blockBytes
        unsafe self.expand = expand
        unsafe self.multiply = multiply
    }

    /// Bytes of a group: from one to the next in the calls of what multiplies.
    public func groupBytes(columns: Int) -> Int { columns / 32 * blockBytes }
}
