extension RivalError {
    /// Why a process of our own came to nothing, in its own last words, on one line.
    var reason: String {
        guard case .failed(_, _, let errors) = self else { return description }
        let lines = errors.split(whereSeparator: \.isNewline).map(String.init)
        let prefix = "swiftlet: "
        // Its message begins with the last line that names the program, and may have lines after it.
        guard let start = lines.lastIndex(where: { $0.hasPrefix(prefix) }) else {
            return lines.last.map { String($0.prefix(300)) } ?? description
        }
        let words = [String(lines[start].dropFirst(prefix.count))] + lines[(start + 1)...]
        return words.map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: "; ")
            .replacing("|", with: "/")
    }
}
