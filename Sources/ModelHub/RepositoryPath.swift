import UntrustedInput

/// File names as a hub announces them: hostile until proven plain.
enum RepositoryPath {
    /// Whether the path stays inside the folder it is appended to, whatever the system: relative, no `.` or `..`, no
    /// empty component, no backslash, colon or control character (CVE-2024-37032 was such a path).
    static func isSafe(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= Limits.hubPathBytes else { return false }
        guard path.unicodeScalars.allSatisfy({ isPlain($0) }) else { return false }
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        return components.count <= Limits.hubPathDepth
            && components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\\", ":": false
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
            default: true
            }
        }
    }

    /// The path with all but unreserved characters (RFC 3986 §2.3) and `/` escaped.
    static func escaped(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
