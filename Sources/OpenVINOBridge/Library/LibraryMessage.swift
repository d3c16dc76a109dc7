/// The library's own words, made readable: where in its sources something was thrown helps nobody here.
package enum LibraryMessage {
    /// Longest message that is passed on: one names every operation of a model.
    static let longest = 1_000

    package static func readable(_ text: String, status: Int32) -> String {
        let lines = text.split(separator: "\n").map { $0.trimming }.filter { line in
            !line.isEmpty && !line.hasPrefix("Exception from ") && !line.hasPrefix("FrontEnd API failed")
                && !(line.hasPrefix("Check '") && line.contains(" failed at "))
        }
        // Where nothing else was said, the failed check is better than no words.
        let kept = lines.isEmpty ? text.split(separator: "\n").map { $0.trimming }.filter { !$0.isEmpty } : lines
        let message = kept.joined(separator: " ")
        guard !message.isEmpty else { return "status \(status), with no message" }
        return message.count > longest ? message.prefix(longest) + " …" : message
    }
}

extension StringProtocol {
    fileprivate var trimming: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
}
