import Foundation
public import UntrustedInput

/// A transcript as text, one JSON object a line: first what made it, then the messages.
///
///     {"chat_format":"chatml","swiftlet_chat":1,"vocabulary_size":49152}
///     {"content":"Be brief.","ids":[],"role":"system"}
///     {"content":"Hello","ids":[1,9690,198],"role":"user"}
///     {"content":"Hi!","ids":[26843,17,2],"role":"assistant"}
///
/// The ids of the instructions stand with the first question.
extension ChatTranscript {
    static let version = 1

    private struct Header: Encodable {
        let swiftlet_chat: Int
        let chat_format: String
        let vocabulary_size: Int
    }

    private struct Message: Encodable {
        let role: String
        let content: String
        let ids: [Int]
    }

    public var jsonLines: String {
        var lines = [
            line(Header(swiftlet_chat: Self.version, chat_format: chatFormat, vocabulary_size: vocabularySize))
        ]
        if let instructions { lines.append(line(Message(role: "system", content: instructions, ids: []))) }
        for turn in turns {
            lines.append(line(Message(role: "user", content: turn.question, ids: turn.questionIDs)))
            lines.append(line(Message(role: "assistant", content: turn.answer, ids: turn.answerIDs)))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and integers can always be encoded.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Reads what ``jsonLines`` wrote, trusting nothing of it.
    ///
    /// - Parameter file: the name that errors give.
    public init(parsing text: String, file: String) throws(InputError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.count <= 2 * Limits.messageCount else {
            throw .limitExceeded(
                file: file, field: "lines", found: UInt64(lines.count), limit: UInt64(2 * Limits.messageCount))
        }
        guard let first = lines.first else { throw .missing(file: file, field: "line 1") }
        let header = Line(number: 1, json: try JSON(parsing: String(first), file: file), file: file)
        let version = try header.integer("swiftlet_chat")
        guard version == Self.version else {
            throw .unsupported(
                file: file, field: "swiftlet_chat", found: "version \(version)", supported: ["\(Self.version)"])
        }
        let vocabularySize = try header.integer("vocabulary_size")
        self.init(chatFormat: try header.string("chat_format"), vocabularySize: vocabularySize)

        var question: (text: String, ids: [Int])?
        for (index, text) in lines.enumerated().dropFirst() {
            let line = Line(number: index + 1, json: try JSON(parsing: String(text), file: file), file: file)
            let content = try line.string("content")
            let ids = try line.ids(below: vocabularySize)
            switch (try line.string("role"), question) {
            case ("system", nil) where turns.isEmpty && instructions == nil:
                instructions = content
            case ("user", nil):
                question = (content, ids)
            case ("assistant", let asked?):
                turns.append(
                    Turn(question: asked.text, answer: content, questionIDs: asked.ids, answerIDs: ids))
                question = nil
            case (let role, _):
                throw .malformed(
                    file: file, field: "line \(index + 1): role", found: role,
                    expected: question == nil ? "user" : "assistant")
            }
        }
        guard question == nil else { throw .missing(file: file, field: "the answer to the last question") }
    }

    /// One line and where it stands, for errors.
    private struct Line {
        let number: Int
        let json: JSON
        let file: String

        func string(_ key: String) throws(InputError) -> String {
            guard let value = try member(key).string else { throw wrongType(key, "string") }
            return value
        }

        func integer(_ key: String) throws(InputError) -> Int {
            guard let value = try member(key).integer else { throw wrongType(key, "integer") }
            return value
        }

        func ids(below vocabularySize: Int) throws(InputError) -> [Int] {
            guard let values = try member("ids").array else { throw wrongType("ids", "array") }
            var ids: [Int] = []
            for value in values {
                guard let id = value.integer, id >= 0, id < vocabularySize else {
                    throw .outOfRange(
                        file: file, field: "line \(number): ids",
                        found: value.integer.map(String.init) ?? value.typeName,
                        expected: "0 ..< \(vocabularySize)")
                }
                ids.append(id)
            }
            return ids
        }

        private func member(_ key: String) throws(InputError) -> JSON {
            guard let value = json[key] else { throw .missing(file: file, field: "line \(number): \(key)") }
            return value
        }

        private func wrongType(_ key: String, _ expected: String) -> InputError {
            .wrongType(
                file: file, field: "line \(number): \(key)", found: json[key]?.typeName ?? "nothing", expected: expected
            )
        }
    }
}
