import Terminal
import Testing

@Suite struct ProgressTests {
    @Test func prefillReadsAsUsersKnowIt() {
        let text = ProgressText(label: "prefill", unit: .tokens)
        #expect(text.line(done: 1_024, total: 3_900, perSecond: 26.2) == "prefill 1024/3900, 26 tok/s, 110 s left")
        #expect(text.line(done: 3_900, total: 3_900, perSecond: 4.24) == "prefill 3900/3900, 4.2 tok/s")
        #expect(text.line(done: 0, total: 3_900, perSecond: nil) == "prefill 0/3900")
        #expect(text.line(done: 0, total: 3_900, perSecond: 0) == "prefill 0/3900")
    }

    @Test func downloadsCountBytes() {
        let text = ProgressText(label: "model.gguf", unit: .bytes)
        #expect(
            text.line(done: 1_200_000_000, total: 2_393_231_072, perSecond: 34_000_000)
                == "model.gguf 1.2 GB of 2.4 GB, 34.0 MB/s, 36 s left")
        #expect(text.line(done: 5, total: nil, perSecond: nil) == "model.gguf 5 B")
    }

    @Test func otherThingsHaveTheirName() {
        let text = ProgressText(label: "quantising", unit: .items("tensors"))
        #expect(text.line(done: 3, total: 270, perSecond: 12) == "quantising 3/270 tensors, 12/s, 23 s left")
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
        (98_300_000, "98.3 MB"), (Int.max, "9223372.0 TB"),
    ])
    func bytes(count: Int, text: String) { #expect(ProgressText.bytes(count) == text) }

    @Test(arguments: [
        (0.2, "1 s"), (119, "119 s"), (120, "2 min 0 s"), (7_500, "2 h 5 min"), (.infinity, "277777777777 h 46 min"),
        (.nan, "0 s"),
    ])
    func durations(seconds: Double, text: String) { #expect(ProgressText.duration(seconds) == text) }
}
