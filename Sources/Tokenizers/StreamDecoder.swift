/// Text as ids come, never half a character.
///
///     var stream = StreamDecoder(tokenizer)
///     for id in ids { if let text = stream.append(id) { print(text, terminator: "") } }
///     if let rest = stream.finish() { print(rest) }
///
/// What was given out is never taken back. So it equals `decode` of all ids except where a later byte piece makes a
/// whole run of them invalid, which `decode` then writes as U+FFFD from its beginning.
///
/// - Complexity: amortised O(1) for each byte.
public struct StreamDecoder: Sendable {
    private let tokenizer: Tokenizer
    private let skipsSpecialTokens: Bool
    /// Byte-level: the bytes not given out yet.
    private var assembler = UTF8Assembler()
    /// Otherwise: text not given out yet, as it ends in U+FFFD and the next piece may go with it.
    private var pending: [UInt8] = []
    /// After `pending`: byte pieces in a row.
    private var run: [UInt8] = []
    private var runState = UTF8Assembler()
    private var isFirst = true
    /// The first space of the whole text is still to be left out.
    private var stripsSpace: Bool

    public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        skipsSpecialTokens = skipSpecialTokens
        stripsSpace = tokenizer.decoder == .byteFallback(stripsLeadingSpace: true)
    }

    /// The text that the id completes, nil while a character is unfinished or where the id prints nothing.
    public mutating func append(_ id: Int) -> String? {
        guard let piece = tokenizer.vocabulary.piece(id), !(skipsSpecialTokens && tokenizer.isSpecial(id)) else {
            return nil
        }
        defer { isFirst = false }
        switch tokenizer.decoder.part(of: piece) {
        case .byte(let byte):
            run.append(byte)
            runState.append(byte)
            guard !runState.hasErrors, runState.isComplete, !Self.endsInReplacement(run) else { return nil }
            closeRun()
            return take()
        case .text(let text):
            if tokenizer.decoder == .byteLevel {
                for byte in text { assembler.append(byte) }
                return assembler.take()
            }
            closeRun()
            if tokenizer.decoder == .spaced, !isFirst { pending.append(0x20) }
            pending += text
            return Self.endsInReplacement(pending) ? nil : take()
        }
    }

    /// The rest, a character cut short as U+FFFD. The decoder must not be used afterwards.
    public mutating func finish() -> String? {
        if tokenizer.decoder == .byteLevel { return assembler.takeAll() }
        closeRun()
        return take()
    }

    /// Moves the run to the pending text: itself where it is UTF-8, else U+FFFD for each byte.
    private mutating func closeRun() {
        if run.isEmpty { return }
        if runState.hasErrors || !runState.isComplete {
            for _ in run { pending += UTF8Assembler.replacement }
        } else {
            pending += run
        }
        run.removeAll(keepingCapacity: true)
        runState = UTF8Assembler()
    }

    private mutating func take() -> String? {
        if pending.isEmpty { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        let skipped = stripsSpace && pending.first == 0x20 ? 1 : 0
        stripsSpace = false
        return pending.count > skipped ? String(decoding: pending.dropFirst(skipped), as: UTF8.self) : nil
    }

    private static func endsInReplacement(_ bytes: [UInt8]) -> Bool {
        bytes.suffix(3).elementsEqual(UTF8Assembler.replacement)
    }
}
