import UntrustedInput

extension GenerationOptions {
    /// Proves every option to be in its range, so that nothing behind this point needs to ask again.
    ///
    /// - Throws: ``GenerationError/optionOutOfRange(option:found:expected:)``; a NaN is out of every range.
    public func validate() throws(GenerationError) {
        try check("temperature", temperature, in: Limits.temperature)
        try check("topP", topP, in: Double.leastNonzeroMagnitude...1, expected: "a number in (0, 1]")
        try check("minP", minP, in: 0...1)
        try check("repetitionPenalty", repetitionPenalty, in: Limits.repetitionPenalty)
        try check("presencePenalty", presencePenalty, in: Limits.additivePenalty)
        try check("frequencyPenalty", frequencyPenalty, in: Limits.additivePenalty)
        try check("topK", topK, in: 0...Limits.vocabularySize)
        if let penaltyWindow { try check("penaltyWindow", penaltyWindow, in: 0...Limits.contextTokens) }
        if let maxTokens { try check("maxTokens", maxTokens, in: 1...Limits.contextTokens) }
        if let logProbabilities { try check("logProbabilities", logProbabilities, in: 0...Limits.logProbabilityCount) }

        try check("logitBias", logitBias.count, in: 0...Limits.logitBiasCount, of: "entries")
        for (id, bias) in logitBias {
            try check("logitBias", id, in: 0...Limits.vocabularySize - 1, of: "token id")
            try check("logitBias[\(id)]", Double(bias), in: Limits.logitBias)
        }
        try check("stopTokens", stopTokens.count, in: 0...Limits.stopTokenCount, of: "entries")
        try check("stopStrings", stopStrings.count, in: 0...Limits.stopCount, of: "entries")
        for stop in stopStrings {
            try check("stopStrings", stop.utf8.count, in: 1...Limits.stopBytes, of: "bytes")
        }
    }

    private func check(
        _ option: String, _ value: Double, in range: ClosedRange<Double>, expected: String? = nil
    ) throws(GenerationError) {
        guard range.contains(value) else {
            throw .optionOutOfRange(
                option: option, found: "\(value)",
                expected: expected ?? "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private func check(
        _ option: String, _ value: Int, in range: ClosedRange<Int>, of unit: String? = nil
    ) throws(GenerationError) {
        guard range.contains(value) else {
            let suffix = unit.map { " " + $0 } ?? ""
            throw .optionOutOfRange(
                option: option, found: "\(value)\(suffix)",
                expected: "\(range.lowerBound) to \(range.upperBound)\(suffix)")
        }
    }
}
