import Testing
import Tokenizers

/// The scanners against the regular expressions they stand for, case by case.
struct SplitterTests {
    @Test(arguments: [
        ("Hello world", ["Hello", " world"]),
        ("don't we'll THEY'LL", ["don", "'t", " we", "'ll", " THEY", "'", "LL"]),
        ("a  b", ["a", " ", " b"]),
        ("a   ", ["a", "   "]),
        ("x\n\ny", ["x", "\n", "\n", "y"]),
        (" 12.5€!", [" 12", ".", "5", "€!"]),
        ("e\u{301}a", ["e", "\u{301}", "a"]),
        ("\u{A0}a", ["\u{A0}", "a"]),
        ("½Ⅷ٣", ["½Ⅷ٣"]),
        ("", []),
    ])
    func gpt2(_ text: String, _ words: [String]) { check(.gpt2, text, words) }

    @Test(arguments: [
        ("in 1984 ", ["in", " ", "1", "9", "8", "4", " "]),
        ("a12b", ["a", "1", "2", "b"]),
        ("½Ⅷ", ["½", "Ⅷ"]),
    ])
    func digits(_ text: String, _ words: [String]) { check(.digitsThenGPT2, text, words) }

    @Test(arguments: [
        ("HelloWorld", ["Hello", "World"]),
        ("HTTPServer", ["HTTPServer"]),
        ("don't WE'LL", ["don't", " WE'LL"]),
        ("it'ſ", ["it'ſ"]),
        ("1234567", ["123", "456", "7"]),
        ("a//b\n\n c", ["a", "//", "b", "\n\n", " c"]),
        ("(x)/\r\n", ["(x", ")/\r\n"]),
        ("  \n  x", ["  \n", " ", " x"]),
        ("中文ABC", ["中文", "ABC"]),
        ("e\u{301}É", ["e\u{301}", "É"]),
        ("\tif", ["\tif"]),
        ("   ", ["   "]),
    ])
    func o200k(_ text: String, _ words: [String]) { check(.o200k, text, words) }

    private func check(_ splitter: Splitter, _ text: String, _ words: [String]) {
        let found = splitter.words(in: text)
        #expect(found.elementsEqual(words, by: { $0.utf8.elementsEqual($1.utf8) }), "\(found)")
    }
}
