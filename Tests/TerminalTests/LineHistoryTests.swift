import Foundation
import Terminal
import Testing

@Suite struct LineHistoryTests {
    private func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)/history").path
    }

    @Test func survivesTheSession() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        var history = LineHistory(path: path)
        for line in ["one", "two\nlines \\n", "", "  ", "two\nlines \\n", "三"] { history.append(line) }
        #expect(history.entries == ["one", "two\nlines \\n", "三"])
        #expect(LineHistory(path: path).entries == history.entries)
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(permissions == 0o600)
    }

    @Test func isBounded() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        var history = LineHistory(path: path)
        for number in 0...2 * LineHistory.maximumCount { history.append("line \(number)") }
        #expect(history.entries.count == LineHistory.maximumCount)
        #expect(LineHistory(path: path).entries.last == "line \(2 * LineHistory.maximumCount)")
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == LineHistory.maximumCount)
    }

    @Test func anUnreadableFileIsAnEmptyHistory() {
        #expect(LineHistory(path: "/").entries.isEmpty)
        #expect(LineHistory(path: "/nowhere/at/all").entries.isEmpty)
    }
}
