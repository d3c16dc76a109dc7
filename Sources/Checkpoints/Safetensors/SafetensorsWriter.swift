import Foundation
import Tensors
public import UntrustedInput

/// Writes safetensors files. The new file is written aside, synced and put in place of the old one, so that a full disk
/// or an interruption leaves what was there.
public enum SafetensorsWriter {
    public enum Values: Sendable {
        case floats([Float])
        case integers([Int32])

        var count: Int {
            switch self {
            case .floats(let values): values.count
            case .integers(let values): values.count
            }
        }

        var typeName: String {
            switch self {
            case .floats: "F32"
            case .integers: "I32"
            }
        }
    }

    /// A tensor to write: row-major values of a shape.
    public struct Entry: Sendable {
        public let name: String
        public let shape: [Int]
        public let values: Values

        /// - Precondition: there are as many values as the shape has elements.
        public init(name: String, shape: [Int], _ values: Values) {
            precondition(
                shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count, "\(name): shape and values")
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// - Precondition: the names are unique.
    /// - Throws: ``InputError/unreadable(file:reason:)`` where the system refuses; the old file is then untouched.
    public static func write(_ entries: [Entry], to path: String) throws(InputError) {
        precondition(Set(entries.map(\.name)).count == entries.count, "unique names")
        let aside = FileAccess.join(
            FileAccess.folder(of: path), ".\(FileAccess.lastComponent(path)).\(UUID().uuidString)")
        do {
            try writeAside(entries, to: aside)
            try FileReplacement.replace(path, with: aside)
        } catch {
            try? FileManager.default.removeItem(atPath: aside)
            let reason = (error as? MappedFileError)?.description ?? error.localizedDescription
            throw .unreadable(file: path, reason: "cannot be written: \(reason)")
        }
    }

    private static func writeAside(_ entries: [Entry], to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let header = header(entries)
        try file.write(contentsOf: littleEndianBytes([UInt64(header.count)][...]) + header)
        for entry in entries {
            switch entry.values {
            case .floats(let values): try write(values, to: file) { $0.bitPattern }
            case .integers(let values): try write(values, to: file) { UInt32(bitPattern: $0) }
            }
        }
        try file.synchronize()
    }

    /// The header, padded with spaces so that the data begins at a multiple of eight.
    private static func header(_ entries: [Entry]) -> [UInt8] {
        var text = "{"
        var offset = 0
        for entry in entries {
            let end = offset + 4 * entry.values.count
            if offset > 0 || text.count > 1 { text += "," }
            text += "\(quoted(entry.name)):{\"dtype\":\"\(entry.values.typeName)\","
            text += "\"shape\":[\(entry.shape.map(String.init).joined(separator: ","))],"
            text += "\"data_offsets\":[\(offset),\(end)]}"
            offset = end
        }
        var bytes = Array((text + "}").utf8)
        while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
        return bytes
    }

    private static func quoted(_ name: String) -> String {
        var text = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// Writes in pieces, so that a large tensor does not stand in memory a second time.
    private static func write<Value>(
        _ values: [Value], to file: FileHandle, pattern: (Value) -> UInt32
    ) throws {
        let step = 1 << 18
        for start in stride(from: 0, to: values.count, by: step) {
            let piece = values[start..<min(start + step, values.count)].map(pattern)
            try file.write(contentsOf: littleEndianBytes(piece[...]))
        }
    }

    private static func littleEndianBytes<Value: FixedWidthInteger>(_ values: ArraySlice<Value>) -> [UInt8] {
        let width = MemoryLayout<Value>.size
        var bytes = [UInt8](repeating: 0, count: values.count * width)
        var position = 0
        for value in values {
            for index in 0..<width {
                bytes[position] = UInt8(truncatingIfNeeded: value >> Value(8 * index))
                position += 1
            }
        }
        return bytes
    }
}
