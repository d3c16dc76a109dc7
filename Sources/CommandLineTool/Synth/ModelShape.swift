package import Transformer

/// The published hyper-parameters of a model: what its speed hangs on, and nothing that was learned.
package struct ModelShape: Sendable {
    package var name: String
    package var architecture: ModelConfiguration.Architecture
    package var vocabularySize: Int
    package var hiddenSize: Int
    package var intermediateSize: Int
    package var layerCount: Int
    package var headCount: Int
    package var keyValueHeadCount: Int
    package var rotaryDimensions: Int
    package var ropeTheta: Float = 10_000
    package var contextTokens: Int
    /// Less than `contextTokens` where LongRoPE extends the context.
    package var originalContextTokens: Int
    package var slidingWindow: Int?
    package var tiedEmbeddings = false

    package var headSize: Int { hiddenSize / headCount }

    package init(
        _ name: String, _ architecture: ModelConfiguration.Architecture, vocabulary: Int, hidden: Int,
        intermediate: Int, layers: Int, heads: Int, keyValueHeads: Int, rotary: Int, context: Int,
        original: Int? = nil
    ) {
        self.name = name
        self.architecture = architecture
        vocabularySize = vocabulary
        hiddenSize = hidden
        intermediateSize = intermediate
        layerCount = layers
        headCount = heads
        keyValueHeadCount = keyValueHeads
        rotaryDimensions = rotary
        contextTokens = context
        originalContextTokens = original ?? context
    }
}
