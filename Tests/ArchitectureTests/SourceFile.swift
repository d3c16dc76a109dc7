import Foundation

/// A Swift file of this repository, as the rules see it: its code without comments and string literals.
struct SourceFile: Sendable {
    /// From the root of the checkout.
    let path: String
    let text: String
    /// `text` with every comment and every string literal blanked, line by line as before.
    let code: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
        self.code = blankingCommentsAndStrings(text)
    }

    /// The folder below `Sources` or `Tests` that it lives in.
    var module: String { String(path.split(separator: "/")[1]) }

    var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 }

    /// Numbers, from 1, of the lines of code that hold `word` as a whole word.
    func lines(withWord word: String) -> [Int] {
        lines { line in line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains(word[...]) }
    }

    func lines(where holds: (Substring) -> Bool) -> [Int] {
        code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().filter { holds($1) }.map { $0.0 + 1 }
    }

    /// Every Swift file of `Sources`.
    static let product = all(under: "Sources")

    /// Every Swift file below a folder of the repository, in the order of their paths.
    static func all(under folder: String) -> [SourceFile] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: Checkout.path(folder))) ?? []
        return names.filter { $0.hasSuffix(".swift") && !$0.contains(".build") }.sorted().compactMap { name in
            (try? Checkout.text("\(folder)/\(name)"))
                .map { SourceFile(path: "\(folder)/\(name)", text: $0) }
        }
    }
}

/// Replaces what stands in comments and string literals by spaces. Interpolated code is blanked with its string.
func blankingCommentsAndStrings(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result = bytes
    var at = 0

    func starts(_ mark: String) -> Bool { bytes[at...].starts(with: mark.utf8) }
    func blank(_ count: Int) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] != UInt8(ascii: "\n") { result[at] = UInt8(ascii: " ") }
            at += 1
        }
    }
    func blankLine() { while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank(1) } }
    func blankBlock() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(2)
            } else if starts("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && at < bytes.count
    }
    func blankString(hashes: Int) {
        let pounds = String(repeating: "#", count: hashes)
        let quote = starts(pounds + "\"\"\"") ? "\"\"\"" : "\""
        blank(hashes + quote.count)
        while at < bytes.count, !starts(quote + pounds) {
            if starts("\\" + pounds) { blank(1 + hashes) }
            blank(1)
        }
        blank(quote.count + hashes)
    }

    while at < bytes.count {
        switch bytes[at] {
        case UInt8(ascii: "/") where starts("//"): blankLine()
        case UInt8(ascii: "/") where starts("/*"): blankBlock()
        case UInt8(ascii: "\""): blankString(hashes: 0)
        case UInt8(ascii: "#"):
            let hashes = bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count
            if at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "\"") {
                blankString(hashes: hashes)
            } else {
                at += hashes
            }
        default: at += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}
