import Foundation

/// The lines of earlier sessions, one per line of a file that only its owner may read.
public struct LineHistory: Sendable {
    /// Entries kept in memory and, after a cleaning, in the file.
    public static let maximumCount = 1_000
    /// A file beyond this is not ours.
    private static let maximumBytes = 16 << 20

    /// The oldest first.
    public private(set) var entries: [String] = []
    private let path: String?

    /// Reads the file, if it is there. A file that cannot be read is an empty history: it is no reason to refuse a chat.
    ///
    /// - Parameter path: nil keeps the history in memory only.
    public init(path: String?) {
        self.path = path
        guard let path, let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
            size <= Self.maximumBytes, let bytes = FileManager.default.contents(atPath: path)
        else { return }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        entries = lines.suffix(Self.maximumCount).map { Self.unescaped($0) }
        if lines.count > 2 * Self.maximumCount { rewrite(path) }
    }

    /// Adds a line, unless it is blank or the same as the last one.
    public mutating func append(_ line: String) {
        guard line.contains(where: { !$0.isWhitespace }), line != entries.last else { return }
        entries.append(line)
        if entries.count > Self.maximumCount { entries.removeFirst() }
        guard let path else { return }
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        // Appending keeps the lines of several sessions at the same time.
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        FileDescriptor.write(Self.escaped(line) + "\n", to: descriptor)
        close(descriptor)
    }

    private func rewrite(_ path: String) {
        let text = entries.map { Self.escaped($0) + "\n" }.joined()
        try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// An entry of several lines stands on one: `\` is `\\`, a line end is `\n`.
    static func escaped(_ line: String) -> String {
        var result = ""
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func unescaped(_ line: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        var isEscape = false
        for scalar in line.unicodeScalars {
            if isEscape {
                result.append(scalar == "n" ? "\n" : scalar)
                isEscape = false
            } else if scalar == "\\" {
                isEscape = true
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
