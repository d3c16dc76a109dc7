internal import UntrustedInput

/// What must hold of a configuration whatever format it comes from; the reader says what its fields are called.
struct ConfigurationRules {
    /// The file that errors name.
    let file: String

    /// Checks what binds several fields together.
    ///
    /// - Parameter name: the name that the format gives to a field.
    func check(_ fields: ModelConfiguration.Fields, names: FieldNames) throws(InputError) {
        guard fields.headCount % fields.keyValueHeadCount == 0 else {
            throw .inconsistent(
                file: file, field: names.keyValueHeadCount, found: "\(fields.keyValueHeadCount) heads",
                expected: "a divisor of the \(fields.headCount) heads of \(names.headCount)")
        }
        guard (2...fields.headSize).contains(fields.rotaryDimensions), fields.rotaryDimensions % 2 == 0 else {
            throw .outOfRange(
                file: file, field: names.rotaryDimensions, found: "\(fields.rotaryDimensions) dimensions",
                expected: "an even number from 2 to the head's \(fields.headSize)")
        }
        if let scaling = fields.ropeScaling { try check(scaling, fields, names) }
    }

    private func check(
        _ scaling: ModelConfiguration.LongRoPE, _ fields: ModelConfiguration.Fields, _ names: FieldNames
    ) throws(InputError) {
        let sets = [(names.shortFactors, scaling.shortFactors), (names.longFactors, scaling.longFactors)]
        for (name, factors) in sets {
            guard factors.count == fields.rotaryDimensions / 2 else {
                throw .inconsistent(
                    file: file, field: name, found: "\(factors.count) factors",
                    expected: "\(fields.rotaryDimensions / 2), half the rotary dimensions")
            }
            for factor in factors where !(factor.isFinite && factor > 0) {
                throw .outOfRange(file: file, field: name, found: "\(factor)", expected: "positive, finite factors")
            }
        }
    }

    /// A positive, finite number up to a bound.
    func positive(_ value: Double, upTo bound: Double, field: String) throws(InputError) -> Double {
        // The comparison fails for NaN. Values that Float makes zero would divide by it.
        guard value >= Double(Float.leastNormalMagnitude), value <= bound else {
            throw .outOfRange(file: file, field: field, found: "\(value)", expected: "above 0 and up to \(bound)")
        }
        return value
    }

    /// √(1 + ln(context / original) / ln(original)), 1 where the context is not extended: equation 8 of the Phi-3
    /// report's LongRoPE, as the checkpoints' own code computes it.
    static func attentionFactor(contextTokens: Int, originalContextTokens: Int) -> Double {
        guard contextTokens > originalContextTokens else { return 1 }
        let scale = Double(contextTokens) / Double(originalContextTokens)
        return (1 + naturalLogarithm(scale) / naturalLogarithm(Double(originalContextTokens))).squareRoot()
    }

    static let largestTheta = 1e12
    static let largestEpsilon = 1.0
    static let largestAttentionFactor = 1e3
}

/// What a format calls the fields whose errors more than one of them can cause.
struct FieldNames {
    let headCount: String
    let keyValueHeadCount: String
    let rotaryDimensions: String
    let shortFactors: String
    let longFactors: String
}
