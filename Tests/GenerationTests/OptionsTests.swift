import Generation
import Testing
import UntrustedInput

@Suite struct OptionsTests {
    /// The last value inside each range.
    static let atTheLimit: [GenerationOptions] = [
        .greedy, .chat,
        GenerationOptions(temperature: 2), GenerationOptions(topP: 0.000_001), GenerationOptions(minP: 1),
        GenerationOptions(repetitionPenalty: 10), GenerationOptions(presencePenalty: -2),
        GenerationOptions(frequencyPenalty: 2), GenerationOptions(maxTokens: 1),
        GenerationOptions(logProbabilities: 20),
        GenerationOptions(logitBias: [0: -100, Limits.vocabularySize - 1: 100]),
        GenerationOptions(stopStrings: Array(repeating: String(repeating: "x", count: 256), count: 16)),
        GenerationOptions(topK: Limits.vocabularySize), GenerationOptions(penaltyWindow: 0),
    ]

    /// The first value outside, and NaN.
    static let pastTheLimit: [(String, GenerationOptions)] = [
        ("temperature", GenerationOptions(temperature: 2.000_001)),
        ("temperature", GenerationOptions(temperature: -0.1)),
        ("temperature", GenerationOptions(temperature: .nan)), ("topP", GenerationOptions(topP: 0)),
        ("topP", GenerationOptions(topP: 1.000_001)), ("topP", GenerationOptions(topP: .nan)),
        ("minP", GenerationOptions(minP: -0.01)), ("minP", GenerationOptions(minP: .nan)),
        ("repetitionPenalty", GenerationOptions(repetitionPenalty: 0)),
        ("repetitionPenalty", GenerationOptions(repetitionPenalty: .infinity)),
        ("presencePenalty", GenerationOptions(presencePenalty: 2.1)),
        ("frequencyPenalty", GenerationOptions(frequencyPenalty: .nan)),
        ("topK", GenerationOptions(topK: -1)), ("topK", GenerationOptions(topK: Limits.vocabularySize + 1)),
        ("penaltyWindow", GenerationOptions(penaltyWindow: -1)), ("maxTokens", GenerationOptions(maxTokens: 0)),
        ("logProbabilities", GenerationOptions(logProbabilities: 21)),
        ("logitBias", GenerationOptions(logitBias: [-1: 0])), ("logitBias[5]", GenerationOptions(logitBias: [5: .nan])),
        ("logitBias[5]", GenerationOptions(logitBias: [5: 100.5])),
        ("stopStrings", GenerationOptions(stopStrings: [""])),
        ("stopStrings", GenerationOptions(stopStrings: [String(repeating: "x", count: 257)])),
        ("stopStrings", GenerationOptions(stopStrings: Array(repeating: "x", count: 17))),
        ("stopTokens", GenerationOptions(stopTokens: Set(0...Limits.stopTokenCount))),
    ]

    @Test(arguments: atTheLimit) func acceptsTheLimit(options: GenerationOptions) throws {
        try options.validate()
    }

    @Test(arguments: pastTheLimit) func refusesWhatIsPastIt(name: String, options: GenerationOptions) {
        #expect {
            try options.validate()
        } throws: { error in
            guard case .optionOutOfRange(let option, _, _)? = error as? GenerationError else { return false }
            return option == name
        }
    }
}
