internal import UntrustedInput

/// Goes through the tags of an XML text one by one, in one pass; what stands between them is left alone.
struct TagScanner {
    /// A tag: `<name key="value" …>`, `</name>` or `<name … />`.
    struct Tag {
        let range: Range<Int>
        /// With the slash of a closing tag before it.
        let name: String
        /// Whether it closes itself.
        let isEmpty: Bool
        fileprivate let attributes: ArraySlice<UInt8>

        /// The value of an attribute, as it is written.
        func text(_ key: String) -> String? {
            let key = Array(key.utf8)
            var index = attributes.startIndex
            while let equals = attributes[index...].firstIndex(of: UInt8(ascii: "=")) {
                guard equals + 1 < attributes.endIndex,
                    let close = attributes[(equals + 2)...].firstIndex(of: attributes[equals + 1])
                else { return nil }
                let name = attributes[index..<equals].filter { !TagScanner.isSpace($0) }
                if name == key { return String(decoding: attributes[(equals + 2)..<close], as: UTF8.self) }
                index = close + 1
            }
            return nil
        }

        /// A whole number that is not negative.
        func integer(_ key: String, _ file: String) throws(InputError) -> Int {
            guard let value = text(key).flatMap({ Int($0) }), value >= 0 else {
                throw malformed(key, file, text(key).map { "\"\($0.prefix(64))\"" } ?? "nothing")
            }
            return value
        }

        func malformed(_ key: String, _ file: String, _ found: String) -> InputError {
            .malformed(
                file: file, field: "\(name).\(key) at byte \(range.lowerBound)", found: found,
                expected: "a whole number")
        }
    }

    private let text: [UInt8]
    private let file: String
    private var position = 0

    init(_ text: [UInt8], file: String) {
        self.text = text
        self.file = file
    }

    /// The next tag, nil at the end. Declarations and comments are passed over.
    mutating func next() throws(InputError) -> Tag? {
        while let start = text[position...].firstIndex(of: UInt8(ascii: "<")) {
            if text[start...].starts(with: "<!--".utf8) {
                position = try end(ofCommentAt: start)
                continue
            }
            let close = try end(ofTagAt: start)
            position = close + 1
            if start + 1 < close, text[start + 1] == UInt8(ascii: "?") || text[start + 1] == UInt8(ascii: "!") {
                continue
            }
            let isEmpty = text[close - 1] == UInt8(ascii: "/")
            let inside = text[(start + 1)..<(isEmpty ? max(start + 1, close - 1) : close)]
            let nameEnd = inside.firstIndex(where: Self.isSpace) ?? inside.endIndex
            return Tag(
                range: start..<close + 1, name: String(decoding: inside[..<nameEnd], as: UTF8.self),
                isEmpty: isEmpty, attributes: inside[nameEnd...])
        }
        return nil
    }

    private func end(ofCommentAt start: Int) throws(InputError) -> Int {
        var index = start + 4
        while index + 2 < text.count {
            if text[index...].starts(with: "-->".utf8) { return index + 3 }
            index += 1
        }
        throw unclosed(start)
    }

    /// The `>` that ends a tag, those inside quoted values passed over.
    private func end(ofTagAt start: Int) throws(InputError) -> Int {
        var quote: UInt8?
        for index in (start + 1)..<text.count {
            let byte = text[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: ">") {
                return index
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
        }
        throw unclosed(start)
    }

    private func unclosed(_ start: Int) -> InputError {
        .malformed(file: file, field: "byte \(start)", found: "a tag that does not end", expected: "XML")
    }

    fileprivate static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
