import Foundation

/// A plain reader of safetensors for oracle data, independent of the product's own reader on purpose.
public struct SafetensorsFile {
    private let data: Data
    private let entries: [String: [String: Any]]
    private let base: Int

    public init(path: String) throws {
        data = try Data(contentsOf: URL(fileURLWithPath: path))
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        base = 8 + length
        let header = try JSONSerialization.jsonObject(with: data[8..<base])
        entries = (header as? [String: Any] ?? [:]).compactMapValues { $0 as? [String: Any] }
    }

    public var names: [String] { entries.keys.filter { $0 != "__metadata__" }.sorted() }

    public func shape(_ name: String) -> [Int]? { entries[name]?["shape"] as? [Int] }

    public func bytes(_ name: String) -> [UInt8]? {
        guard let range = entries[name]?["data_offsets"] as? [Int] else { return nil }
        return [UInt8](data[base + range[0]..<base + range[1]])
    }

    public func floats(_ name: String) -> [Float]? {
        guard entries[name]?["dtype"] as? String == "F32" else { return nil }
        return words(name)?.map { Float(bitPattern: $0) }
    }

    public func doubles(_ name: String) -> [Double]? {
        guard entries[name]?["dtype"] as? String == "F64", let bytes = bytes(name) else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) })
        }
    }

    public func integers(_ name: String) -> [Int]? {
        guard entries[name]?["dtype"] as? String == "I32" else { return nil }
        return words(name)?.map { Int(Int32(bitPattern: $0)) }
    }

    private func words(_ name: String) -> [UInt32]? {
        bytes(name).map { bytes in
            stride(from: 0, to: bytes.count, by: 4).map { start in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
            }
        }
    }
}
