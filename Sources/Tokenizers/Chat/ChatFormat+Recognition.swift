extension ChatFormat {
    /// The format of a model's chat template, nil where it is none that Swiftlet knows.
    ///
    /// The template is compared and never run. Spaces inside its tags, the kind of quotes, and whether a newline is written
    /// as itself or as `\n` make no difference.
    public static func recognise(template: String) -> ChatFormat? {
        formatByFingerprint[fingerprint(of: template)]
    }

    /// FNV-1a (64 bit) of a template's canonical text.
    package static func fingerprint(of template: String) -> UInt64 {
        canonical(Array(template.utf8)).reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Fingerprints of the templates as their publishers ship them.
    private static let formatByFingerprint: [UInt64: ChatFormat] = [
        0x8BB9_C3C6_4FB6_E3B7: phi3Mini,
        0x20A5_F43E_CB3B_7AEF: phi3MiniApril2024,
        0x3B63_0793_9C27_29E4: phi3Mini35,
        0x0865_9030_17B2_14B7: phi3Medium,
        0xC2B3_D6C2_08B9_E33A: phi3Vision,
        0xF78E_F52A_CEA4_A8C2: phi4Mini,
        0x1882_F806_5C1A_BDF7: phi4MiniReasoning,
        0xA689_5071_94A7_FD4A: smolLM2,
        0x91F2_3F71_1E68_DF08: chatML,
        0xCE06_6A08_2D5D_38FF: chatML,
    ]

    /// The template without white space inside tags, quotes as `'`, newlines in strings as U+000A.
    private static func canonical(_ template: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isInTag = false
        var quote: UInt8?
        var index = 0
        while index < template.count {
            let byte = template[index]
            let following = index + 1 < template.count ? template[index + 1] : 0
            index += 1
            if let open = quote {
                if byte == open {
                    quote = nil
                    result.append(UInt8(ascii: "'"))
                } else if byte == UInt8(ascii: "\\"), following == UInt8(ascii: "n") {
                    result.append(0x0A)
                    index += 1
                } else {
                    result.append(byte)
                }
            } else if isInTag {
                switch byte {
                case 0x20, 0x09, 0x0A, 0x0D: continue
                case UInt8(ascii: "'"), UInt8(ascii: "\""):
                    quote = byte
                    result.append(UInt8(ascii: "'"))
                default:
                    result.append(byte)
                    if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "}"), following == UInt8(ascii: "}") {
                        result.append(following)
                        index += 1
                        isInTag = false
                    }
                }
            } else {
                result.append(byte)
                if byte == UInt8(ascii: "{"), following == UInt8(ascii: "%") || following == UInt8(ascii: "{") {
                    result.append(following)
                    index += 1
                    isInTag = true
                }
            }
        }
        return result
    }
}
