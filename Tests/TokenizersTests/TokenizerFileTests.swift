import Testing
import Tokenizers
import UntrustedInput

/// What a tokenizer.json may say, and what is refused by name.
struct TokenizerFileTests {
    private func error(_ tiny: TinyTokenizer) -> InputError? {
        do {
            _ = try tiny.make()
            return nil
        } catch {
            return error
        }
    }

    @Test func canonicallyEquivalentPiecesAreTwo() throws {
        let tiny = TinyTokenizer(vocabulary: [("\u{3AF}", 0), ("\u{1F77}", 1)])
        let tokenizer = try tiny.make()
        #expect(tokenizer.encode("\u{3AF}\u{1F77}") == [0, 1])
        #expect(tokenizer.id(of: "\u{1F77}") == 1)
    }

    @Test func unknownComponentsAreRefusedByName() {
        func refuses(_ field: String, _ found: String, _ change: (inout TinyTokenizer) -> Void) {
            var tiny = TinyTokenizer.bytes
            change(&tiny)
            guard case .unsupported(let file, let place, let name, _) = error(tiny) else {
                Issue.record("\(field) was not refused")
                return
            }
            #expect(file == "tiny.json" && place.hasPrefix(field) && name.contains(found), "\(place) \(name)")
        }
        refuses("normalizer", "NFC") { $0.normalizer = #"{"type":"NFC"}"# }
        refuses("pre_tokenizer", "Whitespace") { $0.preTokenizer = #"{"type":"Whitespace"}"# }
        refuses("pre_tokenizer.pretokenizers[0].pattern", "a+") {
            $0.preTokenizer =
                #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}"#
        }
        refuses("decoder", "WordPiece") { $0.decoder = #"{"type":"WordPiece"}"# }
        refuses("model.continuing_subword_prefix", "##") { $0.modelFields = ",\"continuing_subword_prefix\":\"##\"" }
    }

    @Test func brokenVocabulariesAreRefused() {
        func refuses(_ vocabulary: [(piece: String, id: Int)], _ merges: [String] = []) {
            #expect(error(TinyTokenizer(vocabulary: vocabulary, merges: merges))?.field?.isEmpty == false)
        }
        refuses([("a", 0), ("b", 0)])
        refuses([("a", 0), ("a", 1)])
        refuses([("a", -1)])
        refuses([("a", Limits.vocabularySize)])
        refuses([("a", 0), ("b", 1)], ["a b"])
        refuses([("a", 0), ("ab", 1)], ["a b"])
        refuses([("a", 0), ("b", 1), ("ab", 2)], ["ab"])
        refuses([("a", 0), ("b", 1), ("ab", 2)], ["a b c"])
    }

    @Test func limits() {
        let long = { (count: Int) in String(repeating: "a", count: count) }
        #expect(error(TinyTokenizer(vocabulary: [("a", Limits.vocabularySize - 1)])) == nil)
        #expect(error(TinyTokenizer(vocabulary: [(long(Limits.tokenBytes), 0)])) == nil)
        #expect(error(TinyTokenizer(vocabulary: [(long(Limits.tokenBytes + 1), 0)])) != nil)
        let token = { (count: Int) in
            TinyTokenizer(addedTokens: "[\(TinyTokenizer.token(0, long(count)))]")
        }
        #expect(error(token(Limits.addedTokenBytes)) == nil)
        #expect(error(token(Limits.addedTokenBytes + 1)) != nil)
        #expect(throws: InputError.self) {
            try Tokenizer(tokenizerJSON: [UInt8](repeating: 0x20, count: Limits.tokenizerBytes + 1), file: "big.json")
        }
    }

    /// The two big members are cut out of the text before it is parsed; nothing slips through between.
    @Test(arguments: [
        #"{"model":{"type":"BPE","vocab":{"a":0},"vocab":{"b":1},"merges":[]}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0,},"merges":[]}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":00},"merges":[]}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":1.5},"merges":[]}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0},"merges":["#,
        #"{"model":{"type":"BPE","vocab":{"a":0} "merges":[]}}"#,
        #"{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}"#,
        #"{"model":{"type":"BPE","vocab":[],"merges":[]}}"#,
        #"{"model":{"type":"BPE","merges":[]}}"#,
        #"{"model":{"type":"Unigram","vocab":{"a":0},"merges":[]}}"#,
        #"[{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}]"#,
        #"{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}}"#,
    ])
    func malformedTextsAreRefused(_ text: String) {
        #expect(throws: InputError.self) { try Tokenizer(tokenizerJSON: Array(text.utf8), file: "bad.json") }
    }

    @Test func configurationNamesTokens() throws {
        var tiny = TinyTokenizer.bytes
        tiny.addedTokens =
            "[\(TinyTokenizer.token(300, "<|end|>", "special")),\(TinyTokenizer.token(301, "<|assistant|>", "special"))]"
        let configuration = try JSON(
            parsing: #"{"bos_token":{"content":"a"},"eos_token":"<|end|>","add_bos_token":true,"unk_token":null}"#,
            file: "tokenizer_config.json")
        let added = try JSON(parsing: #"{"<|end|>":300,"<|more|>":302}"#, file: "added_tokens.json")
        let tokenizer = try Tokenizer(
            tokenizerJSON: Array(tiny.json.utf8), configuration: configuration, addedTokens: added, file: "tiny.json")
        #expect(tokenizer.beginningID == 97 && tokenizer.endID == 300 && tokenizer.unknownID == nil)
        #expect(tokenizer.id(of: "<|more|>") == 302 && tokenizer.isSpecial(302))
        #expect(tokenizer.endTokens == [300, 301])
    }
}
