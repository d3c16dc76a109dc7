/// A text cut into windows as llama.cpp's `llama-perplexity` cuts it, so that the figures can be compared.
///
/// Windows follow one another without overlap; an end that fills none is left out. In each, the first token gives its place
/// to the beginning token, if the model wants one, and predictions count from the middle on, so that each has at least half
/// a window before it:
///
///     position      0 …        n/2 …                n − 2   n − 1
///     input         beginning  …                    …       not run
///     counts        –          the next token's probability –
package struct TextWindows: Sendable, Equatable {
    /// Tokens of a window: n.
    package let length: Int
    /// The ids of all windows, one after another, as the text has them.
    package let tokens: [Int]
    /// What stands in the place of a window's first token; nil for the token itself.
    package let beginning: Int?

    /// The shortest window in which a prediction counts.
    package static let shortest = 4

    /// - Parameters:
    ///   - tokens: the text's ids, the beginning token included.
    ///   - maximumCount: how many windows to take, where not all.
    /// - Returns: nil where the text does not fill two windows: too little to say anything by.
    package init?(_ tokens: [Int], length: Int, beginning: Int?, maximumCount: Int? = nil) {
        guard length >= Self.shortest, tokens.count / 2 >= length else { return nil }
        let count = min(tokens.count / length, maximumCount ?? .max)
        self.init(whole: Array(tokens[..<(count * length)]), length: length, beginning: beginning)
    }

    /// Windows that were cut already.
    /// - Precondition: whole ones, at least one, no shorter than ``shortest``.
    package init(whole tokens: [Int], length: Int, beginning: Int?) {
        precondition(length >= Self.shortest && tokens.count >= length && tokens.count % length == 0, "whole windows")
        self.tokens = tokens
        self.length = length
        self.beginning = beginning
    }

    package var count: Int { tokens.count / length }
    /// Positions of a window whose prediction counts.
    package var scored: Range<Int> { length / 2..<length - 1 }
    /// Predictions of all windows that count.
    package var scoredCount: Int { count * scored.count }
    /// Tokens that run through the model: of each window all but the last, which only is predicted.
    package var inputCount: Int { count * (length - 1) }

    /// What runs through the model.
    package func input(_ window: Int) -> [Int] {
        var ids = Array(tokens[window * length..<(window + 1) * length - 1])
        if let beginning { ids[0] = beginning }
        return ids
    }

    /// The id that the prediction at a position is held against.
    package func target(_ window: Int, position: Int) -> Int { tokens[window * length + position + 1] }
}
