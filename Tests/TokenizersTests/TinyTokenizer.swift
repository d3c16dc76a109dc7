import Tokenizers
import UntrustedInput

/// Writes small tokenizer.json texts, so that tests need no file of anybody else.
struct TinyTokenizer {
    var vocabulary: [(piece: String, id: Int)] = []
    var merges: [String] = []
    var addedTokens = "[]"
    var normalizer = "null"
    var preTokenizer = "null"
    var decoder = "null"
    var modelFields = ""

    static let prependAndReplace =
        #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"#
    static let byteFallback =
        #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"#
    static let byteLevel = #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"#

    /// A vocabulary of the 256 bytes as byte-level pieces, ids 0 to 255 in order of the byte.
    static var bytes: TinyTokenizer {
        var next: UInt32 = 0x100
        var tiny = TinyTokenizer(preTokenizer: byteLevel, decoder: byteLevel)
        for byte in 0..<256 {
            var scalar = UInt32(byte)
            if !(0x21...0x7E).contains(byte), !(0xA1...0xAC).contains(byte), !(0xAE...0xFF).contains(byte) {
                scalar = next
                next += 1
            }
            tiny.vocabulary.append((Unicode.Scalar(scalar).map { String($0) } ?? "", byte))
        }
        return tiny
    }

    /// Byte pieces at 0 to 255, then ▁ and a few letters and merges, in the manner of Phi-3.
    static var sentencePiece: TinyTokenizer {
        var tiny = TinyTokenizer(
            normalizer: prependAndReplace, decoder: byteFallback, modelFields: #","byte_fallback":true,"fuse_unk":true"#
        )
        let digits = Array("0123456789ABCDEF")
        for byte in 0..<256 { tiny.vocabulary.append(("<0x\(digits[byte >> 4])\(digits[byte & 15])>", byte)) }
        for piece in ["▁", "a", "b", "▁a", "ab", "▁ab", "▁▁", "x"] {
            tiny.vocabulary.append((piece, tiny.vocabulary.count))
        }
        tiny.merges = ["a b", "▁ a", "▁ ab", "▁ ▁"]
        return tiny
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\u{0}"..<" ": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func token(_ id: Int, _ content: String, _ flags: String...) -> String {
        #"{"id":\#(id),"content":\#(quoted(content))\#(flags.map { ",\"\($0)\":true" }.joined())}"#
    }

    var json: String {
        let pieces = vocabulary.map { "\(Self.quoted($0.piece)):\($0.id)" }.joined(separator: ",")
        let pairs = merges.map(Self.quoted).joined(separator: ",")
        return """
            {"added_tokens":\(addedTokens),"normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
            "decoder":\(decoder),"model":{"type":"BPE","vocab":{\(pieces)},"merges":[\(pairs)]\(modelFields)}}
            """
    }

    func make() throws(InputError) -> Tokenizer {
        try Tokenizer(tokenizerJSON: Array(json.utf8), file: "tiny.json")
    }
}
