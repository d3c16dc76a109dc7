/// The extents that operations are measured with.
package struct KernelShapes: Sendable {
    /// The model that has them.
    package let name: String
    package let hidden: Int
    package let intermediate: Int
    package let heads: Int
    package let keyValueHeads: Int
    package let headSize: Int
    /// Positions in the cache when a token is attended from.
    package let depth: Int
    /// Rows of the chunk that stands for a prompt.
    package let chunk: Int
    /// Bytes that a stream from memory passes before it comes to the same ones again.
    package let streamBytes: Int

    package init(
        name: String, hidden: Int, intermediate: Int, heads: Int, keyValueHeads: Int, headSize: Int, depth: Int,
        chunk: Int, streamBytes: Int
    ) {
        self.name = name
        self.hidden = hidden
        self.intermediate = intermediate
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.depth = depth
        self.chunk = chunk
        self.streamBytes = streamBytes
    }

    /// Those of Phi-3-mini.
    package static func phi3Mini(streamBytes: Int) -> KernelShapes {
        KernelShapes(
            name: "Phi-3-mini", hidden: 3072, intermediate: 8192, heads: 32, keyValueHeads: 32, headSize: 96,
            depth: 2048, chunk: 64,
            streamBytes: streamBytes)
    }

    /// How many pieces of this size a stream is made of.
    func piecesOfStream(_ bytes: Int) -> Int { max(1, (streamBytes + bytes - 1) / bytes) }
}
