/// The line under the editor's hands: text, cursor, history. Pure state, one key at a time.
public struct LineBuffer: Sendable {
    /// What the terminal side has to do after a key.
    public enum Effect: Equatable, Sendable {
        case none
        case redraw
        case bell
        case submit(String)
        /// Ctrl-C: on an empty line it is a signal, else the line has been cleared.
        case interrupt(wasEmpty: Bool)
        case endOfInput
        case complete
        case clearScreen
        case suspend
    }

    // Two strings and not an index: what is typed joins the cluster before the cursor by itself (a combining
    // accent, the next part of a flag), and the cursor always stands between clusters.
    public private(set) var beforeCursor = ""
    public private(set) var afterCursor = ""
    private var killed = ""

    private let history: [String]
    /// The entry shown; `history.count` is the line being written.
    private var historyIndex: Int
    private var draft = ""

    /// - Parameter history: earlier lines, the oldest first.
    public init(history: [String] = []) {
        self.history = history
        historyIndex = history.count
    }

    public var text: String { beforeCursor + afterCursor }

    public mutating func handle(_ key: Key) -> Effect {
        switch key {
        case .text(let text): return insert(text)
        case .paste(let text): return insert(Self.sanitized(text))
        case .newline: return insert("\n")
        case .enter: return .submit(text)
        case .tab: return .complete
        case .interrupt: return interrupt()
        case .endOfInput: return text.isEmpty ? .endOfInput : handle(.delete)
        case .clearScreen: return .clearScreen
        case .suspend: return .suspend
        case .escape: return .none
        case .up: return recall(historyIndex - 1)
        case .down: return recall(historyIndex + 1)
        case .left, .right, .wordLeft, .wordRight, .home, .end: return move(key)
        case .backspace, .delete, .killToEnd, .killToStart, .killWord, .killWordForward, .yank: return edit(key)
        }
    }

    // MARK: Completion

    /// Replaces what stands before the cursor by what all candidates share.
    ///
    /// - Returns: false where that brings nothing new, so that the candidates should be shown instead.
    public mutating func complete(with candidates: [String]) -> Bool {
        guard var common = candidates.first else { return false }
        for candidate in candidates.dropFirst() {
            common = String(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
        }
        guard common.count > beforeCursor.count else { return false }
        beforeCursor = common
        return true
    }

    // MARK: Editing

    private mutating func insert(_ text: String) -> Effect {
        beforeCursor += text
        return .redraw
    }

    private mutating func interrupt() -> Effect {
        let wasEmpty = text.isEmpty
        set("")
        historyIndex = history.count
        return .interrupt(wasEmpty: wasEmpty)
    }

    private mutating func move(_ key: Key) -> Effect {
        let position = beforeCursor.count
        switch key {
        case .left: shift(by: -1)
        case .right: shift(by: 1)
        case .wordLeft: shift(by: -lengthOfWordBefore)
        case .wordRight: shift(by: lengthOfWordAfter)
        case .home: shift(by: -(beforeCursor.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0))
        default: shift(by: afterCursor.split(separator: "\n", omittingEmptySubsequences: false).first?.count ?? 0)
        }
        return position == beforeCursor.count ? .bell : .redraw
    }

    private mutating func edit(_ key: Key) -> Effect {
        let old = text
        switch key {
        case .backspace: beforeCursor = String(beforeCursor.dropLast())
        case .delete: afterCursor = String(afterCursor.dropFirst())
        case .killToEnd: killAfter(afterCursor.count)
        case .killToStart: killBefore(beforeCursor.count)
        case .killWord: killBefore(lengthOfWordBefore)
        case .killWordForward: killAfter(lengthOfWordAfter)
        default: beforeCursor += killed
        }
        return old == text ? .bell : .redraw
    }

    private mutating func killBefore(_ count: Int) {
        guard count > 0 else { return }
        killed = String(beforeCursor.suffix(count))
        beforeCursor = String(beforeCursor.dropLast(count))
    }

    private mutating func killAfter(_ count: Int) {
        guard count > 0 else { return }
        killed = String(afterCursor.prefix(count))
        afterCursor = String(afterCursor.dropFirst(count))
    }

    private mutating func shift(by count: Int) {
        if count < 0 {
            afterCursor = beforeCursor.suffix(-count) + afterCursor
            beforeCursor = String(beforeCursor.dropLast(-count))
        } else {
            beforeCursor += afterCursor.prefix(count)
            afterCursor = String(afterCursor.dropFirst(count))
        }
    }

    private var lengthOfWordBefore: Int { Self.lengthOfWord(beforeCursor.reversed()) }
    private var lengthOfWordAfter: Int { Self.lengthOfWord(Array(afterCursor)) }

    /// What is no word, then the word.
    private static func lengthOfWord(_ characters: [Character]) -> Int {
        let isWord: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "_" }
        let gap = characters.prefix { !isWord($0) }.count
        return gap + characters.dropFirst(gap).prefix(while: isWord).count
    }

    // MARK: History

    private mutating func recall(_ index: Int) -> Effect {
        guard (0...history.count).contains(index), index != historyIndex else { return .bell }
        if historyIndex == history.count { draft = text }
        historyIndex = index
        set(index == history.count ? draft : history[index])
        return .redraw
    }

    private mutating func set(_ text: String) {
        beforeCursor = text
        afterCursor = ""
    }

    /// Pasted text may hold anything: line ends become one kind, tabs become spaces, control characters go.
    private static func sanitized(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\r\n", "\r", "\n": result += "\n"
            case "\t": result += "    "
            default:
                let kept = character.unicodeScalars.filter { $0.properties.generalCategory != .control }
                result.unicodeScalars.append(contentsOf: kept)
            }
        }
        return result
    }
}
