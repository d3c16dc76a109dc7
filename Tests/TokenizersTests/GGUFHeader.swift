import Foundation
import Tokenizers

/// Just enough of a GGUF reader for a vocabulary: the metadata of a well-formed file.
struct GGUFHeader {
    enum Value {
        case integer(Int)
        case number(Double)
        case string(String)
        case array([Value])
    }

    private let bytes: [UInt8]
    private var position = 8
    private(set) var values: [String: Value] = [:]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        _ = integer(8)
        for _ in 0..<integer(8) {
            let key = string()
            values[key] = value(type: integer(4))
        }
    }

    private mutating func integer(_ count: Int) -> Int {
        defer { position += count }
        return Int(
            truncatingIfNeeded: bytes[position..<position + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        )
    }

    private mutating func string() -> String {
        let count = integer(8)
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    private mutating func value(type: Int) -> Value {
        switch type {
        case 0, 1, 7: return .integer(integer(1))
        case 2, 3: return .integer(integer(2))
        case 4: return .integer(integer(4))
        case 5: return .integer(Int(Int32(truncatingIfNeeded: integer(4))))
        case 6: return .number(Double(Float(bitPattern: UInt32(integer(4)))))
        case 8: return .string(string())
        case 9:
            let type = integer(4)
            let count = integer(8)
            return .array((0..<count).map { _ in value(type: type) })
        case 12: return .number(Double(bitPattern: UInt64(bitPattern: Int64(integer(8)))))
        default: return .integer(integer(8))
        }
    }

    func string(_ key: String) -> String? {
        if case .string(let string)? = values[key] { string } else { nil }
    }

    func integer(_ key: String) -> Int? {
        if case .integer(let integer)? = values[key] { integer } else { nil }
    }

    private func array<T>(_ key: String, _ element: (Value) -> T?) -> [T]? {
        if case .array(let array)? = values[key] { array.compactMap(element) } else { nil }
    }

    func vocabulary(file: String) -> GGUFVocabulary {
        func strings(_ key: String) -> [String]? {
            array(key) { if case .string(let string) = $0 { string } else { nil } }
        }
        return GGUFVocabulary(
            model: string("tokenizer.ggml.model") ?? "", pre: string("tokenizer.ggml.pre"),
            tokens: strings("tokenizer.ggml.tokens") ?? [],
            scores: array("tokenizer.ggml.scores") { if case .number(let score) = $0 { Float(score) } else { nil } },
            tokenTypes: array("tokenizer.ggml.token_type") {
                if case .integer(let type) = $0 { Int32(type) } else { nil }
            },
            merges: strings("tokenizer.ggml.merges"), beginningID: integer("tokenizer.ggml.bos_token_id"),
            endID: integer("tokenizer.ggml.eos_token_id"), unknownID: integer("tokenizer.ggml.unknown_token_id"),
            paddingID: integer("tokenizer.ggml.padding_token_id"),
            addsBeginning: integer("tokenizer.ggml.add_bos_token").map { $0 != 0 },
            addsSpacePrefix: integer("tokenizer.ggml.add_space_prefix").map { $0 != 0 },
            generalName: string("general.name"), file: file)
    }
}
