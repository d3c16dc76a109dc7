extension Tokenizer {
    /// The text of ids. Ids without a piece stand for nothing.
    ///
    /// Bytes that are no UTF-8 become U+FFFD as the reference does: one for each byte of the run (byte fallback), or
    /// one for each broken character (byte-level).
    public func decode(_ ids: [Int], skipSpecialTokens: Bool = false) -> String {
        var bytes: [UInt8] = []
        var run: [UInt8] = []
        var isFirst = true
        for id in ids {
            guard let piece = vocabulary.piece(id), !(skipSpecialTokens && isSpecial(id)) else { continue }
            switch decoder.part(of: piece) {
            case .byte(let byte): run.append(byte)
            case .text(let text):
                Self.close(&run, into: &bytes)
                if decoder == .spaced, !isFirst { bytes.append(0x20) }
                bytes += text
            }
            isFirst = false
        }
        Self.close(&run, into: &bytes)
        if decoder == .byteFallback(stripsLeadingSpace: true), bytes.first == 0x20 { bytes.removeFirst() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Ends a run of byte pieces: its text where it is UTF-8, else U+FFFD for each byte.
    private static func close(_ run: inout [UInt8], into bytes: inout [UInt8]) {
        if run.isEmpty { return }
        if String(validating: run, as: UTF8.self) != nil {
            bytes += run
        } else {
            for _ in run { bytes += [0xEF, 0xBF, 0xBD] }
        }
        run.removeAll(keepingCapacity: true)
    }
}
