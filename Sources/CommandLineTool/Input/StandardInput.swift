import Foundation
import UntrustedInput

/// Standard input, whole or cut into lines as they come.
enum StandardInput {
    /// The name that errors give it.
    static let name = "standard input"
    private static let chunkBytes = 64 << 10

    /// All of it as text.
    static func text() throws -> String {
        let bytes = try FileHandle.standardInput.readToEnd() ?? Data()
        return try decoded(bytes, file: name)
    }

    /// Calls `body` with the bytes of each line, without its end, and its number counted from one; empty lines too.
    ///
    /// - Parameter drained: called when what has come so far is worked off: whoever feeds us line by line now waits.
    static func forEachLine(
        _ body: (_ number: Int, _ bytes: [UInt8]) throws -> Void, drained: () throws -> Void = {}
    ) throws {
        var pending: [UInt8] = []
        var number = 0
        while let chunk = try FileHandle.standardInput.read(upToCount: chunkBytes), !chunk.isEmpty {
            var start = chunk.startIndex
            while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                pending.append(contentsOf: chunk[start..<end])
                try body(number, pending)
                pending.removeAll(keepingCapacity: true)
                start = end + 1
            }
            pending.append(contentsOf: chunk[start...])
            guard pending.count <= Limits.inputLineBytes else {
                throw InputError.limitExceeded(
                    file: name, field: "line \(number + 1)", found: UInt64(pending.count),
                    limit: UInt64(Limits.inputLineBytes))
            }
            try drained()
        }
        if !pending.isEmpty { try body(number + 1, pending) }
    }
}
