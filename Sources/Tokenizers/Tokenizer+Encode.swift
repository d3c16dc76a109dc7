extension Tokenizer {
    /// Whether text may turn into control tokens.
    public enum SpecialTokens: Sendable {
        /// Added tokens are matched, as the reference does: for text that the program itself wrote.
        case parsed
        /// Control tokens are plain text: for everything a person, a file or a client wrote.
        case asText
    }

    /// The ids of a text, without beginning or end tokens.
    ///
    /// - Complexity: O(n log n)
    public func encode(_ text: String, specialTokens: SpecialTokens = .asText) -> [Int] {
        encode(Array(text.utf8), control: specialTokens == .parsed ? .everywhere : .nowhere)
    }

    /// Where in a text control tokens may be matched.
    enum ControlRanges {
        case everywhere
        case nowhere
        /// Ranges of bytes, ascending and apart; a token must lie within one of them.
        case within([Range<Int>])

        func contains(_ range: Range<Int>) -> Bool {
            switch self {
            case .everywhere: return true
            case .nowhere: return false
            case .within(let ranges):
                // The first range that does not end before this one begins.
                var lower = 0
                var upper = ranges.count
                while lower < upper {
                    let middle = (lower + upper) / 2
                    if ranges[middle].upperBound <= range.lowerBound { lower = middle + 1 } else { upper = middle }
                }
                return lower < ranges.count && ranges[lower].lowerBound <= range.lowerBound
                    && range.upperBound <= ranges[lower].upperBound
            }
        }
    }

    /// The operations that merging a text takes: what the growth test counts instead of time.
    package func mergeOperations(for text: String) -> Int {
        var merger = PairMerger()
        _ = encode(Array(text.utf8), control: .nowhere, merger: &merger)
        return merger.operations
    }

    func encode(_ text: [UInt8], control: ControlRanges) -> [Int] {
        var merger = PairMerger()
        return encode(text, control: control, merger: &merger)
    }

    func encode(_ text: [UInt8], control: ControlRanges, merger: inout PairMerger) -> [Int] {
        var ids: [Int] = []
        ids.reserveCapacity(text.count / 3 + 4)
        let span = text.span
        var start = 0
        while let match = textMatcher.firstMatch(
            in: span, from: start, permits: { !$0.isControl || control.contains($1) })
        {
            encodeStretch(text, start..<match.range.lowerBound, control, into: &ids, &merger)
            ids.append(match.token.id)
            start = match.range.upperBound
        }
        encodeStretch(text, start..<text.count, control, into: &ids, &merger)
        return ids
    }

    /// A stretch between tokens that were matched in the text itself: normalised, then searched for the others.
    private func encodeStretch(
        _ text: [UInt8], _ range: Range<Int>, _ control: ControlRanges, into ids: inout [Int],
        _ merger: inout PairMerger
    ) {
        if range.isEmpty { return }
        let stretch = text.span.extracting(range)
        if normalizer.isIdentity, normalizedMatcher.isEmpty {
            encodeWords(stretch, into: &ids, &merger)
            return
        }
        let normalized = normalizer.normalize(stretch)
        if normalizedMatcher.isEmpty {
            encodeWords(normalized.span, into: &ids, &merger)
            return
        }
        let origins = normalizer.origins(of: stretch)
        let span = normalized.span
        var start = 0
        while let match = normalizedMatcher.firstMatch(
            in: span, from: start,
            permits: { token, found in
                let lower = range.lowerBound + origins[found.lowerBound]
                let upper = range.lowerBound + origins[found.upperBound]
                return !token.isControl || control.contains(lower..<Swift.max(lower, upper))
            })
        {
            encodeWords(span.extracting(start..<match.range.lowerBound), into: &ids, &merger)
            ids.append(match.token.id)
            start = match.range.upperBound
        }
        encodeWords(span.extracting(start..<span.count), into: &ids, &merger)
    }

    private func encodeWords(_ text: Span<UInt8>, into ids: inout [Int], _ merger: inout PairMerger) {
        splitter.forEachWord(in: text) { model.encode(text.extracting($0), vocabulary, into: &ids, &merger) }
    }
}
