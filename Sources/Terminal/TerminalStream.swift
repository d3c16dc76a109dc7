import Foundation

/// Whether a descriptor is a terminal.
public func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

/// One of the process's standard streams, and what may be drawn on it.
public struct TerminalStream: Sendable {
    public static let input = TerminalStream(descriptor: 0)
    public static let output = TerminalStream(descriptor: 1)
    /// Everything that is not an answer goes here.
    public static let error = TerminalStream(descriptor: 2)

    public let descriptor: Int32
    public let isTerminal: Bool
    /// Whether cursor movements are understood: a terminal that does not call itself `dumb`.
    public let canDraw: Bool
    /// Whether colour is welcome: ``canDraw``, and `NO_COLOR` (no-color.org) unset or empty.
    public let usesColor: Bool

    public init(descriptor: Int32) {
        self.init(
            descriptor: descriptor, isTerminal: Terminal.isTerminal(descriptor),
            environment: ProcessInfo.processInfo.environment)
    }

    /// For tests: the terminal question is already answered.
    package init(descriptor: Int32, isTerminal: Bool, environment: [String: String]) {
        self.descriptor = descriptor
        self.isTerminal = isTerminal
        canDraw = isTerminal && environment["TERM"] != "dumb"
        usesColor = canDraw && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns and rows of the window now; 80 × 24 where nobody knows.
    public var size: (columns: Int, rows: Int) {
        var window = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(window.ws_col), Int(window.ws_row))
    }

    public var width: Int { size.columns }

    /// Writes at once, unbuffered. False where the other side of a pipe is gone, which is an ordinary end.
    @discardableResult
    public func write(_ text: String) -> Bool { FileDescriptor.write(text, to: descriptor) }

    /// The text in a style, or as it is where colour is not welcome.
    public func styled(_ text: String, _ style: Style) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// The few styles in use, by their SGR code (ECMA-48 §8.3.117).
public enum Style: Int, Sendable {
    case bold = 1
    case dim = 2
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case cyan = 36
}
