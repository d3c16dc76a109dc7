public import Checkpoints
public import UntrustedInput

/// The hyper-parameters of a model: every field in the range that the engine can run, and all of them consistent.
public struct ModelConfiguration: Sendable, Equatable {
    public enum Architecture: String, Sendable, CaseIterable {
        case phi3
        case llama
    }

    public let architecture: Architecture
    /// The model's name as its files give it, else that of the file or folder.
    public let name: String
    public let vocabularySize: Int
    public let hiddenSize: Int
    /// Columns of the gate, and of the up projection.
    public let intermediateSize: Int
    public let layerCount: Int
    public let headCount: Int
    /// Heads of keys and values; each serves headCount / keyValueHeadCount query heads.
    public let keyValueHeadCount: Int
    public let headSize: Int
    /// The first elements of a head that are rotated; even.
    public let rotaryDimensions: Int
    public let ropeTheta: Double
    public let ropeScaling: LongRoPE?
    public let rmsNormEpsilon: Float
    /// The longest sequence that the model was made for.
    public let contextTokens: Int
    /// A key at position j is visible to a query at i when i - j is less than this; nil where all earlier keys are.
    public let slidingWindow: Int?
    /// Whether the output head is the embedding.
    public let tiedEmbeddings: Bool
    /// The id that a text begins with, where the model's files name one.
    public let beginningToken: Int?
    /// The ids that end an answer: ascending, each once.
    public let endTokens: [Int]
    /// Whether rows of q and k stand so that rotary pairs lie side by side, as the llama architecture of GGUF has them.
    public let isQueryKeyInterleaved: Bool

    /// LongRoPE (Ding et al. 2024, arXiv:2402.13753): two sets of divisors of the rotary frequencies.
    public struct LongRoPE: Sendable, Equatable {
        /// For sequences up to `originalContextTokens`: (rotaryDimensions / 2)
        public let shortFactors: [Float]
        /// For longer sequences: (rotaryDimensions / 2)
        public let longFactors: [Float]
        public let originalContextTokens: Int
        /// Multiplies cosine and sine, with either set.
        public let attentionFactor: Double

        /// Whether the factor is the one that follows from the lengths, to single precision, in which GGUF keeps it.
        package func followsFromLength(contextTokens: Int) -> Bool {
            let formula = ConfigurationRules.attentionFactor(
                contextTokens: contextTokens, originalContextTokens: originalContextTokens)
            return Float(attentionFactor) == Float(formula)
        }
    }

    /// Reads the configuration of a checkpoint, whichever format it has.
    ///
    /// - Throws: what is missing, of another type, out of range, inconsistent or not supported, by file and field.
    public init(_ checkpoint: Checkpoint) throws(InputError) {
        switch checkpoint.format {
        case .gguf: self = try Self.readGGUF(checkpoint)
        case .huggingFace: self = try Self.readHuggingFace(checkpoint)
        }
    }
}

extension ModelConfiguration {
    /// All fields as a reader found them, each within its own limits.
    struct Fields {
        var architecture: Architecture
        var name: String
        var vocabularySize: Int
        var hiddenSize: Int
        var intermediateSize: Int
        var layerCount: Int
        var headCount: Int
        var keyValueHeadCount: Int
        var headSize: Int
        var rotaryDimensions: Int
        var ropeTheta: Double
        var ropeScaling: LongRoPE?
        var rmsNormEpsilon: Double
        var contextTokens: Int
        var slidingWindow: Int?
        var tiedEmbeddings: Bool
        var beginningToken: Int?
        var endTokens: [Int]
        var isQueryKeyInterleaved: Bool
    }

    init(_ fields: Fields) {
        architecture = fields.architecture
        name = fields.name
        vocabularySize = fields.vocabularySize
        hiddenSize = fields.hiddenSize
        intermediateSize = fields.intermediateSize
        layerCount = fields.layerCount
        headCount = fields.headCount
        keyValueHeadCount = fields.keyValueHeadCount
        headSize = fields.headSize
        rotaryDimensions = fields.rotaryDimensions
        ropeTheta = fields.ropeTheta
        ropeScaling = fields.ropeScaling
        rmsNormEpsilon = Float(fields.rmsNormEpsilon)
        contextTokens = fields.contextTokens
        // No two positions of a sequence lie further apart than this.
        slidingWindow = fields.slidingWindow.flatMap { $0 < fields.contextTokens ? $0 : nil }
        tiedEmbeddings = fields.tiedEmbeddings
        beginningToken = fields.beginningToken
        endTokens = Set(fields.endTokens).sorted()
        isQueryKeyInterleaved = fields.isQueryKeyInterleaved
    }
}
