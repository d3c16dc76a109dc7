import Foundation
import UntrustedInput

/// Reads a reference's predictions row by row.
final class LogitFileReader {
    let path: String
    let vocabularySize: Int
    /// Tokens of a window.
    let length: Int
    /// The ids of all windows.
    let tokens: [Int]
    private let file: FileHandle
    private let rowBytes: Int

    /// Opens a file and proves that it holds the rows it announces.
    init(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { throw InputError.missingFile(file: path) }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw InputError.unreadable(file: path, reason: "cannot be opened")
        }
        self.path = path
        self.file = file
        let size = try file.seekToEnd()
        try file.seek(toOffset: 0)

        let header = try Self.read(20, from: file, path, field: "header", size: size)
        guard header.prefix(8).elementsEqual(LogitFile.magic) else {
            throw InputError.malformed(
                file: path, field: "magic", found: "other bytes", expected: "_logits_")
        }
        func number(_ index: Int, _ field: String, _ allowed: ClosedRange<Int>) throws(InputError) -> Int {
            let value = Self.integer(header[(8 + 4 * index)...])
            guard allowed.contains(value) else {
                throw .outOfRange(
                    file: path, field: field, found: "\(value)",
                    expected: "\(allowed.lowerBound) to \(allowed.upperBound)")
            }
            return value
        }
        let length = try number(0, "window", TextWindows.shortest...Limits.contextTokens)
        vocabularySize = try number(1, "vocabulary", 1...Limits.vocabularySize)
        let windows = try number(2, "windows", 1...Int(Int32.max))
        self.length = length
        rowBytes = LogitFile.rowBytes(vocabularySize: vocabularySize)
        // In 64 bits these cannot overflow: 2⁵⁷ bytes of ids; and rows are counted only once those are there.
        let idBytes = UInt64(length * windows * 4)
        guard 20 + idBytes <= size else {
            throw InputError.truncated(file: path, field: "ids", needed: 20 + idBytes, available: size)
        }
        let rows = UInt64(windows * (length - 1 - length / 2))
        let (needed, overflow) = rows.multipliedReportingOverflow(by: UInt64(rowBytes))
        guard !overflow, needed <= size - 20 - idBytes else {
            throw InputError.truncated(
                file: path, field: "rows", needed: overflow ? .max : 20 + idBytes + needed, available: size)
        }
        let ids = try Self.read(Int(idBytes), from: file, path, field: "ids", size: size)
        let vocabularySize = vocabularySize
        tokens = try (0..<length * windows).map { index in
            let id = Self.integer(ids[(4 * index)...])
            guard (0..<vocabularySize).contains(id) else {
                throw InputError.outOfRange(
                    file: path, field: "ids[\(index)]", found: "\(id)", expected: "an id below \(vocabularySize)")
            }
            return id
        }
    }

    /// The next rows.
    func next(_ count: Int) throws -> [LogDistribution] {
        let bytes = try Self.read(count * rowBytes, from: file, path, field: "rows", size: UInt64(count * rowBytes))
        let (rowBytes, vocabularySize) = (rowBytes, vocabularySize)
        return Prediction.concurrently(count) { row in
            LogitFile.distribution(bytes[(row * rowBytes)..<(row + 1) * rowBytes], vocabularySize: vocabularySize)
        }
    }

    private static func read(
        _ count: Int, from file: FileHandle, _ path: String, field: String, size: UInt64
    ) throws -> [UInt8] {
        let data = try file.read(upToCount: count) ?? Data()
        guard data.count == count else {
            throw InputError.truncated(file: path, field: field, needed: UInt64(count), available: size)
        }
        return Array(data)
    }

    /// The little-endian 32-bit number at the start of some bytes.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(Int32(truncatingIfNeeded: bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }))
    }
}
