/// A sequence that can tell whose it is and what room was made in it, so that ``InferenceBackend/validated(_:as:)`` can prove a batch.
package protocol ReservedSequence: InferenceSequence {
    var owner: ObjectIdentifier { get }
    /// The most tokens that room was made for.
    var reservedTokens: Int { get }
}

extension InferenceBackend {
    /// Proves that slices have known ids and own, distinct sequences with room for them.
    ///
    /// - Returns: the sequences, in the order of the slices.
    package func validated<Sequence: ReservedSequence>(
        _ slices: [SequenceSlice], as type: Sequence.Type
    ) throws(InferenceError) -> [Sequence] {
        var sequences: [Sequence] = []
        for slice in slices {
            guard let sequence = slice.sequence as? Sequence, sequence.owner == ObjectIdentifier(self) else {
                throw .invalidBatch(reason: "a sequence of another backend")
            }
            guard !sequences.contains(where: { $0 === sequence }) else {
                throw .invalidBatch(reason: "the same sequence twice")
            }
            guard !slice.tokens.isEmpty else { throw .invalidBatch(reason: "a slice without tokens") }
            for id in slice.tokens where id < 0 || id >= properties.vocabularySize {
                throw .tokenOutOfRange(id: id, vocabularySize: properties.vocabularySize)
            }
            let end = sequence.count + slice.tokens.count
            guard end <= sequence.reservedTokens else {
                throw .invalidBatch(reason: "\(end) tokens in a sequence with room for \(sequence.reservedTokens)")
            }
            sequences.append(sequence)
        }
        return sequences
    }
}
