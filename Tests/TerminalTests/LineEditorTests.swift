import Foundation
import Terminal
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct LineEditorTests {
    @Test func aPipeIsReadPlainly() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("one\r\n\n\"\"\"a\nb\"\"\"\nlast".utf8))
        try pipe.fileHandleForWriting.close()
        let editor = LineEditor(input: pipe.fileHandleForReading.fileDescriptor)
        #expect(!editor.isInteractive)
        #expect(editor.readMessage() == .line("one"))
        #expect(editor.readMessage() == .line(""))
        #expect(editor.readMessage() == .line("a\nb"))
        #expect(editor.readMessage() == .line("last"))
        #expect(editor.readMessage() == .endOfInput)
    }

    #if os(Linux)
        /// A pseudo-terminal in place of a person: what is typed comes out edited, and the settings come back.
        @Test func aTerminalIsEdited() throws {
            let person = try #require(PseudoTerminal())
            defer { person.closeBoth() }
            #expect(person.isCanonical)
            let stream = TerminalStream(descriptor: person.terminal, isTerminal: true, environment: ["TERM": "xterm"])
            let editor = LineEditor(input: person.terminal, output: stream) { $0 == "/he" ? ["/help"] : [] }
            let typed: [(String, LineEditor.Outcome)] = [
                ("helo\u{1B}[Dl\u{1B}[F 漢x\u{7F}\r", .line("hello 漢")), ("\u{1B}[A!\r", .line("hello 漢!")),
                ("gone\u{3}/he\t\r", .line("/help")), ("\u{1B}[200~a\nb\u{1B}[201~\r", .line("a\nb")),
                ("\u{3}", .interrupted), ("\u{4}", .endOfInput),
            ]
            for (text, outcome) in typed {
                person.typeOnceRaw(text)
                #expect(editor.readLine() == outcome)
            }
            #expect(person.isCanonical)
        }
    #endif
}

#if os(Linux)
    private struct PseudoTerminal {
        let controller: Int32
        let terminal: Int32

        init?() {
            var unlock: Int32 = 0
            var number: Int32 = 0
            controller = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
            // TIOCSPTLCK and TIOCGPTN, which Swift does not import.
            guard controller >= 0, unsafe ioctl(controller, 0x4004_5431, &unlock) == 0,
                unsafe ioctl(controller, 0x8004_5430, &number) == 0
            else { return nil }
            terminal = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            guard terminal >= 0 else { return nil }
        }

        /// Types when the editor reads: before that the line discipline would act on the keys.
        func typeOnceRaw(_ text: String) {
            Thread.detachNewThread { [self] in
                let deadline = ContinuousClock.now + .seconds(5)
                while isCanonical, ContinuousClock.now < deadline { usleep(1_000) }
                let bytes = Array(text.utf8)
                _ = unsafe bytes.withUnsafeBytes { unsafe write(controller, $0.baseAddress, $0.count) }
            }
        }

        var isCanonical: Bool {
            var settings = termios()
            return unsafe tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ICANON) != 0
        }

        func closeBoth() {
            close(controller)
            close(terminal)
        }
    }
#endif
