import Swiftlet
import Testing
import UntrustedInput

@Suite struct TranscriptTests {
    private var transcript: ChatTranscript {
        var transcript = ChatTranscript(chatFormat: "chatml", vocabularySize: 100, instructions: "Be \"brief\".\n")
        transcript.turns = [
            ChatTranscript.Turn(question: "Hé?", answer: "日本\u{0}", questionIDs: [1, 2, 3], answerIDs: [4, 99]),
            ChatTranscript.Turn(question: "", answer: "", questionIDs: [5], answerIDs: []),
        ]
        return transcript
    }

    @Test func comesBackAsItWas() throws {
        let text = transcript.jsonLines
        #expect(text.split(separator: "\n").count == 6)
        #expect(try ChatTranscript(parsing: text, file: "chat.jsonl") == transcript)
        #expect(transcript.ids == [1, 2, 3, 4, 99, 5])
        let empty = ChatTranscript(chatFormat: "phi-3", vocabularySize: 1)
        #expect(try ChatTranscript(parsing: empty.jsonLines, file: "chat.jsonl") == empty)
    }

    static let header = #"{"swiftlet_chat":1,"chat_format":"chatml","vocabulary_size":10}"#
    static let broken = [
        "", "[]", "{", #"{"swiftlet_chat":2,"chat_format":"chatml","vocabulary_size":10}"#,
        #"{"swiftlet_chat":1,"chat_format":"chatml"}"#,
        header + "\n" + #"{"role":"assistant","content":"","ids":[]}"#,
        header + "\n" + #"{"role":"user","content":"","ids":[]}"#,
        header + "\n" + #"{"role":"user","content":"","ids":[10]}"#,
        header + "\n" + #"{"role":"user","content":"","ids":[-1]}"#,
        header + "\n" + #"{"role":"user","content":1,"ids":[]}"#,
        header + "\n" + #"{"role":"robot","content":"","ids":[]}"#,
        header + String(repeating: "\n" + #"{"role":"system","content":"","ids":[]}"#, count: 2),
        header + String(repeating: "\n" + #"{"role":"user","content":"","ids":[]}"#, count: 3_000),
    ]

    @Test(arguments: broken) func brokenFilesAreNamedErrors(text: String) {
        #expect {
            try ChatTranscript(parsing: text, file: "chat.jsonl")
        } throws: { error in
            (error as? InputError)?.file == "chat.jsonl"
        }
    }
}
