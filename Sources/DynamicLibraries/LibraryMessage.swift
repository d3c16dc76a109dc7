/// A library's own words, made readable: where in its sources something was thrown helps nobody here.
package enum LibraryMessage {
    /// Longest message that is passed on: one names every operation of a model.
    package static let longest = 1_000

    /// - Parameter isNoise: whether a line, without the spaces around it, tells only where something was thrown.
    package static func readable(_ text: String, status: Int32, isNoise: (String) -> Bool) -> String {
        let lines = text.split(separator: "\n").map { $0.trimming }.filter { !$0.isEmpty }
        let telling = lines.filter { !isNoise($0) }
        // Where nothing else was said, a failed check is better than no words.
        let message = (telling.isEmpty ? lines : telling).joined(separator: " ")
        guard !message.isEmpty else { return "status \(status), with no message" }
        return message.count > longest ? message.prefix(longest) + " …" : message
    }
}

extension StringProtocol {
    fileprivate var trimming: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
}
