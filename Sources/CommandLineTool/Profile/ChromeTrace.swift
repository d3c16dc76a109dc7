package import Compute

/// A recording in the trace event format that chrome://tracing and Perfetto read: a complete event for each thread's part
/// of each operation, and for each pass one around them on the caller's thread.
///
/// Google, "Trace Event Format" (2016): times are microseconds.
package struct ChromeTrace {
    private let recording: Recording
    private let firstGenerationPass: Int

    package init(_ recording: Recording, promptTokens: Int) {
        self.recording = recording
        firstGenerationPass = recording.firstGenerationPass(promptTokens: promptTokens)
    }

    /// Hands the document over in pieces: of a long answer it has a hundred megabytes.
    package func write(_ write: (String) throws -> Void) throws {
        try write("{\"displayTimeUnit\": \"ns\", \"otherData\": \(otherData.line), \"traceEvents\": [\n")
        try write(names.map(\.line).joined(separator: ",\n"))
        for (index, pass) in recording.passes.enumerated() {
            let phase: ProfileSummary.Phase = index < firstGenerationPass ? .prompt : .generation
            var text = ",\n" + event(Self.counted("pass", pass.tokens), phase, pass.time, thread: 0, [])
            for operation in pass.operations {
                for thread in 0..<recording.threadCount {
                    guard let span = recording.span(operation: operation, thread: thread) else { continue }
                    text += ",\n" + event(recording.operations[operation], phase, span, thread: thread)
                }
            }
            try write(text)
        }
        try write("\n]}\n")
    }

    private var otherData: Report {
        [
            "version": .string(Version.number), "cpu": .string(Processor.name),
            "dropped_passes": .integer(recording.droppedPasses),
        ]
    }

    /// The names of process and threads.
    private var names: [Report] {
        func name(_ what: String, thread: Int, _ name: String) -> Report {
            [
                "ph": "M", "pid": 1, "tid": .integer(thread), "name": .string(what), "args": ["name": .string(name)],
            ]
        }
        return [name("process_name", thread: 0, "swiftlet")]
            + (0..<recording.threadCount).map {
                name("thread_name", thread: $0, $0 == 0 ? "thread 0, the caller" : "thread \($0)")
            }
    }

    private func event(
        _ operation: Recording.Operation, _ phase: ProfileSummary.Phase, _ span: RecordedSpan, thread: Int
    ) -> String {
        let work = operation.work
        var members: [(name: String, value: Report)] = []
        if let layer = operation.layer { members.append(("layer", .integer(layer))) }
        members += [("tokens", .integer(work.tokens)), ("bytes_read", .integer(work.bytesRead))]
        if work.multiplyAdds > 0 { members.append(("multiply_adds", .integer(work.multiplyAdds))) }
        return event(Self.counted(work.name + " ×", work.tokens), phase, span, thread: thread, members)
    }

    private func event(
        _ name: String, _ phase: ProfileSummary.Phase, _ span: RecordedSpan, thread: Int,
        _ members: [(name: String, value: Report)]
    ) -> String {
        let start = RecordedSpan(start: recording.time.start, end: span.start).nanoseconds
        return Report.object([
            ("name", .string(name)), ("cat", .string(phase.rawValue)), ("ph", "X"), ("pid", 1),
            ("tid", .integer(thread)), ("ts", .number(Double(start) / 1e3, digits: 3)),
            ("dur", .number(Double(span.nanoseconds) / 1e3, digits: 3)), ("args", .object(members)),
        ]).line
    }

    private static func counted(_ name: String, _ tokens: Int) -> String {
        "\(name) \(tokens) token\(tokens == 1 ? "" : "s")"
    }
}
