/// A token that is matched in the text before the model sees it, such as `<|user|>`.
public struct AddedToken: Sendable, Equatable {
    public var id: Int
    public var content: String
    /// Left out by `decode(_:skipSpecialTokens: true)`.
    public var isSpecial = false
    /// Matches only where no word character stands next to it.
    public var isSingleWord = false
    /// Swallows all white space before it (`lstrip`).
    public var stripsLeft = false
    /// Swallows all white space after it (`rstrip`).
    public var stripsRight = false
    /// Is looked for in the normalised text instead of the text itself.
    public var isNormalized = false

    public init(
        id: Int, content: String, isSpecial: Bool = false, isSingleWord: Bool = false, stripsLeft: Bool = false,
        stripsRight: Bool = false, isNormalized: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.isSingleWord = isSingleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized
    }

    /// Whether message text must never turn into this token: it is special, or it looks like markup.
    ///
    /// Files mark `</s>` (Phi-3) and `<|tool_call|>` (Phi-4-mini) as ordinary, yet both steer the model.
    public var isControl: Bool { isSpecial || (content.utf8.first == 0x3C && content.utf8.last == 0x3E) }

    public static func == (left: AddedToken, right: AddedToken) -> Bool {
        left.id == right.id && left.content.utf8.elementsEqual(right.content.utf8) && left.isSpecial == right.isSpecial
            && left.isSingleWord == right.isSingleWord && left.stripsLeft == right.stripsLeft
            && left.stripsRight == right.stripsRight && left.isNormalized == right.isNormalized
    }
}
