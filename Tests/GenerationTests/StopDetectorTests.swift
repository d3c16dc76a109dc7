import Foundation
import Generation
import Testing

@Suite struct StopDetectorTests {
    /// Feeds the pieces; the text given out before the stop, and the stop found.
    private func run(_ pieces: [String], stops: [String]) -> (text: String, match: String?) {
        var detector = StopDetector(stopStrings: stops)
        var text = ""
        for piece in pieces {
            let output = detector.append(piece)
            text += output.text
            if let match = output.match { return (text, match) }
        }
        return (text + detector.finish(), nil)
    }

    @Test func findsStopsAcrossPieces() {
        #expect(run(["Hello", " wor", "ld. En", "d of it"], stops: [" End"]) == ("Hello world.", " End"))
        #expect(run(["a", "a", "a", "b"], stops: ["aab"]) == ("a", "aab"))
        #expect(run(["abcabd", "x"], stops: ["abd"]) == ("abc", "abd"))
        #expect(run(["stop"], stops: ["stop"]) == ("", "stop"))
    }

    @Test func givesBackWhatOnlyBeganLikeAStop() {
        var detector = StopDetector(stopStrings: ["###"])
        #expect(detector.append("a#").text == "a")
        #expect(detector.append("#b").text == "##b")
        #expect(detector.append("##").text == "")
        #expect(detector.finish() == "##")
        #expect(detector.finish() == "")
    }

    @Test func theFirstCompleteStopWinsAndTheLongestOfThose() {
        #expect(run(["xabcy"], stops: ["abcy", "b"]) == ("xa", "b"))
        #expect(run(["xabc"], stops: ["c", "abc", "bc"]) == ("x", "abc"))
    }

    @Test func cutsNoCharacter() {
        #expect(run(["Grüße", " 日本", "語!"], stops: ["語"]) == ("Grüße 日本", "語"))
        // é and è share their first byte.
        #expect(run(["è"], stops: ["é"]) == ("è", nil))
    }

    @Test func theCutOfThePiecesDoesNotMatter() {
        let text = "abaababaabcabacab·é·abcé"
        for stops in [["abcab"], ["c", "bc"], ["·é·a"], ["nothing"], ["abaabc", "aabca"], ["é", "a·"]] {
            let whole = run([text], stops: stops)
            let characters = run(text.map(String.init), stops: stops)
            #expect(whole == characters)
            let range = stops.compactMap { stop in text.range(of: stop).map { ($0, stop) } }
                .min { $0.0.upperBound < $1.0.upperBound }?.0
            if whole.match == nil { #expect(range == nil && whole.text == text) }
            if let match = whole.match { #expect(text.hasPrefix(whole.text + match)) }
        }
    }
}
