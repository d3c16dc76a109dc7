/// Why a comparison with another engine's command came to nothing, one case for each thing to be done about it.
enum RivalError: Error, Equatable {
    case notStarted(command: String, reason: String)
    /// It left with something else than 0; `errors` is the end of its standard error.
    case failed(command: String, ending: ChildProcess.Ending, errors: String)
    case timedOut(command: String, seconds: Int, errors: String)
    case tooMuchOutput(command: String, limit: Int)
    /// It left with 0, and said nothing that is a result; `output` is the end of what it said.
    case noResults(command: String, output: String)
    case malformed(command: String, field: String, found: String, expected: String)
    /// Both ran, and no test of the one is a test of the other.
    case nothingInCommon(ours: [String], theirs: [String])
}

extension RivalError: CustomStringConvertible {
    var description: String {
        switch self {
        case .notStarted(let command, let reason):
            "\(command): cannot be started: \(reason)"
        case .failed(let command, .left(let status), let errors):
            "\(command): left with \(status)" + Self.quoted(errors)
        case .failed(let command, .signalled(let signal), let errors):
            "\(command): ended by signal \(signal)" + Self.quoted(errors)
        case .timedOut(let command, let seconds, let errors):
            "\(command): not done after \(seconds) s (--turn-timeout), ended" + Self.quoted(errors)
        case .tooMuchOutput(let command, let limit):
            "\(command): wrote more than \(limit >> 20) MiB, ended"
        case .noResults(let command, let output):
            "\(command): no result in its output; llama-bench's json, jsonl and md are understood"
                + Self.quoted(output)
        case .malformed(let command, let field, let found, let expected):
            "\(command): \(field) is \(found), expected \(expected)"
        case .nothingInCommon(let ours, let theirs):
            "no test in common: Swiftlet ran \(ours.joined(separator: ", ")), "
                + "the other \(theirs.joined(separator: ", "))"
        }
    }

    /// The last lines of a text, under the message.
    private static func quoted(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).suffix(8).map { "\n    \($0.prefix(300))" }.joined()
    }
}
