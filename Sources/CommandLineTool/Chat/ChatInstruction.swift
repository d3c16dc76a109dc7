/// What a line that begins with a slash asks of the chat.
enum ChatInstruction: Equatable {
    case help
    case clear
    case regenerate
    /// nil asks what the system message is, an empty text removes it.
    case system(String?)
    /// nil asks for all settings.
    case set(Setting?)
    case save(path: String)
    case load(path: String)
    /// Sends the text of a file, after what follows the path.
    case read(path: String)
    case stats
    case exit

    struct Setting: Equatable {
        let name: String
        let value: String
    }

    static let helpText = """
        /help               this list
        /clear              forgets the conversation, keeps the system message
        /regen              answers the last message again
        /system [TEXT]      shows or replaces the system message, and begins anew
        /set [NAME VALUE]   shows or changes a setting: \(ChatSetting.allCases.map(\.rawValue).joined(separator: ", "))
        /save FILE          writes the conversation
        /load FILE          goes on with a saved conversation
        /read FILE          sends the text of a file
        /stats              what the last answer cost
        /exit               leaves, as Ctrl-D does
        \"\"\"                 begins and ends a message of many lines
        Ctrl-C stops an answer; twice leaves.
        """
}

extension ChatInstruction {
    private static let names = [
        "/help", "/clear", "/regen", "/system", "/set", "/save", "/load", "/read", "/stats", "/exit",
    ]

    /// What the beginning of a line could become: an instruction, or the name of a setting.
    static func completions(of beginning: String) -> [String] {
        let settings = ChatSetting.allCases.map { "/set \($0.rawValue) " }
        return (names + (beginning.hasPrefix("/set ") ? settings : [])).filter {
            $0.hasPrefix(beginning) && $0 != beginning
        }
    }
}

/// Why a slash line cannot be followed; the chat goes on.
enum ChatInstructionError: Error, Equatable, CustomStringConvertible {
    case unknown(String)
    case missingArgument(instruction: String, argument: String)
    case unexpectedArgument(instruction: String)

    var description: String {
        switch self {
        case .unknown(let name): "\(name): no such command; /help lists them"
        case .missingArgument(let instruction, let argument): "\(instruction): needs \(argument)"
        case .unexpectedArgument(let instruction): "\(instruction): takes no argument"
        }
    }
}

extension ChatInstruction {
    /// Reads a line; nil where it is a message and not an instruction.
    init?(line: String) throws(ChatInstructionError) {
        guard line.hasPrefix("/") else { return nil }
        let name = String(line.prefix { !$0.isWhitespace })
        let rest = line.dropFirst(name.count).trimming(while: \.isWhitespace)
        switch name {
        case "/help", "/?": self = try Self.help.alone(rest, name)
        case "/clear": self = try Self.clear.alone(rest, name)
        case "/regen": self = try Self.regenerate.alone(rest, name)
        case "/stats": self = try Self.stats.alone(rest, name)
        case "/exit", "/quit", "/bye": self = try Self.exit.alone(rest, name)
        case "/system": self = .system(rest.isEmpty ? nil : rest == "\"\"" ? "" : rest)
        case "/set": self = .set(try Setting(rest))
        case "/save": self = .save(path: try Self.path(rest, name))
        case "/load": self = .load(path: try Self.path(rest, name))
        case "/read": self = .read(path: try Self.path(rest, name))
        default: throw .unknown(name)
        }
    }

    private func alone(_ rest: String, _ name: String) throws(ChatInstructionError) -> Self {
        guard rest.isEmpty else { throw .unexpectedArgument(instruction: name) }
        return self
    }

    private static func path(_ rest: String, _ name: String) throws(ChatInstructionError) -> String {
        guard !rest.isEmpty else { throw .missingArgument(instruction: name, argument: "a file") }
        return rest
    }
}

extension ChatInstruction.Setting {
    fileprivate init?(_ rest: String) throws(ChatInstructionError) {
        guard !rest.isEmpty else { return nil }
        let name = String(rest.prefix { !$0.isWhitespace })
        let value = rest.dropFirst(name.count).trimming(while: \.isWhitespace)
        guard !value.isEmpty else { throw .missingArgument(instruction: "/set \(name)", argument: "a value") }
        self.init(name: name, value: value)
    }
}

extension Substring {
    fileprivate func trimming(while isSpace: (Character) -> Bool) -> String {
        let start = drop(while: isSpace)
        return String(String(start.reversed()).drop(while: isSpace).reversed())
    }
}
