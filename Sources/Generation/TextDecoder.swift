/// Turns token ids into text as they come, never giving out half a character.
public protocol TextDecoder: Sendable {
    /// The text that the next token completes, nil where none is complete yet.
    mutating func append(_ id: Int) -> String?
    /// What is left once no more tokens follow.
    mutating func finish() -> String?
}
