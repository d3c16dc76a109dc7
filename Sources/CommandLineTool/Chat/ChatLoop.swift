import Foundation
import Generation
import Swiftlet
import Terminal
import UntrustedInput

/// Reads messages and instructions until somebody leaves. A mistake is told, and the conversation goes on.
final class ChatLoop {
    private var session: ChatSession
    private let editor: LineEditor
    /// The model that objects are written of instead of texts; nil for texts.
    private let reports: LoadedModel?
    private var lastCompletion: Completion?

    init(session: ChatSession, editor: LineEditor, reports: LoadedModel?) {
        self.session = session
        self.editor = editor
        self.reports = reports
    }

    var isInteractive: Bool { editor.isInteractive }

    func run() async throws {
        while true {
            switch editor.readMessage() {
            case .endOfInput: return
            case .interrupted: throw Failure(.interrupted)
            case .line(let line):
                guard line.contains(where: { !$0.isWhitespace }) else { continue }
                do {
                    guard let instruction = try ChatInstruction(line: line) else {
                        try await answer(session.streamEvents(to: line))
                        continue
                    }
                    if instruction == .exit { return }
                    try await follow(instruction)
                } catch {
                    try tell(error)
                }
            }
        }
    }

    /// Says what went wrong, unless there is no point in going on.
    private func tell(_ error: any Error) throws {
        if error is ClosedPipe { throw error }
        // Broken weights stay broken.
        if case GenerationError.invalidLogits = error { throw error }
        StandardError.writeLine("swiftlet: \(Failure(error)?.message ?? "\(error)")")
    }

    // MARK: Answers

    private func answer(_ events: ChatStream) async throws {
        let printer = AnswerPrinter(printsText: reports == nil)
        let completion = try await stoppable { try await printer.print(events) }
        lastCompletion = completion
        if let reports {
            let report = AnswerReport(completion, promptIDs: await session.transcript.lastPromptIDs, of: reports)
            try StandardOutput.writeLine(report.report.line)
        } else {
            try StandardOutput.write("\n")
        }
        if StandardError.isTerminal {
            StandardError.writeLine(TerminalStream.error.styled(completion.statistics, .dim))
        }
    }

    // MARK: Instructions

    private func follow(_ instruction: ChatInstruction) async throws {
        switch instruction {
        case .help: StandardError.writeLine(ChatInstruction.helpText)
        case .clear: await session.reset()
        case .regenerate: try await answer(session.streamRegeneration())
        case .system(let text?): await session.reset(instructions: text.isEmpty ? nil : text)
        case .system(nil): StandardError.writeLine(await session.transcript.instructions ?? "no system message")
        case .set(let setting?): try await set(setting)
        case .set(nil): await showSettings()
        case .save(let path): try await save(path)
        case .load(let path): try await load(path)
        case .read(let path): try await answer(session.streamEvents(to: try TextFile.read(path)))
        case .stats: StandardError.writeLine(lastCompletion?.statistics ?? "no answer yet")
        case .exit: break
        }
    }

    private func set(_ setting: ChatInstruction.Setting) async throws {
        guard let found = ChatSetting(name: setting.name) else {
            throw ChatSettingError(name: setting.name, value: setting.value, reason: "no such setting")
        }
        let options = try found.apply(setting.value, to: await session.options)
        try await session.setOptions(options)
    }

    private func showSettings() async {
        let options = await session.options
        for setting in ChatSetting.allCases {
            StandardError.writeLine("\(setting.rawValue) \(setting.text(in: options))")
        }
    }

    private func save(_ path: String) async throws {
        let text = await session.transcript.jsonLines
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Failure(.failure, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    private func load(_ path: String) async throws {
        let transcript = try ChatTranscript(parsing: try TextFile.read(path), file: path)
        session = try ChatSession(model: session.model, transcript: transcript, options: await session.options)
        lastCompletion = nil
    }
}
