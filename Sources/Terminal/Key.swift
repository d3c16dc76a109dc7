/// What a person did, as the line editor understands it.
public enum Key: Equatable, Sendable {
    case text(String)
    /// Text that came between the brackets of bracketed paste: never a command, whatever it holds.
    case paste(String)
    case enter
    /// Alt-Enter: a new line within the text.
    case newline
    case tab
    case backspace
    case delete
    case left, right, wordLeft, wordRight, home, end
    case up, down
    case killToEnd, killToStart, killWord, killWordForward
    /// Puts back what was killed last.
    case yank
    case clearScreen
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D: the end of input on an empty line, else ``delete``.
    case endOfInput
    /// Ctrl-Z.
    case suspend
    case escape
}
