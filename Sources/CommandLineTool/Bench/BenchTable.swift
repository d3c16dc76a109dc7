/// The formats of `bench`: a table for people, values for programs, under llama-bench's names.
enum BenchFormat: String, CaseIterable {
    case md, csv, json, jsonl
}

/// Writes rows in a format, each as soon as it is there.
struct BenchTable {
    /// One row, as programs and as people read it.
    struct Row {
        /// In every row the same names in the same order.
        let members: [(name: String, value: Report)]
        let cells: [Cell]
    }

    /// A column's heading and what stands under it.
    struct Cell {
        let heading: String
        let text: String
        var isNumber = true
    }

    let format: BenchFormat
    let setting: BenchSetting
    /// Lines above the table that people read, besides the setting's.
    var remarks: [String] = []
    private var rowCount = 0

    init(format: BenchFormat, setting: BenchSetting, remarks: [String] = []) {
        self.format = format
        self.setting = setting
        self.remarks = remarks
    }

    /// What stands above the first result; nil where nothing does.
    var opening: String? {
        switch format {
        case .md: (setting.lines + remarks).joined(separator: "\n") + "\n"
        case .json: "["
        case .csv, .jsonl: nil
        }
    }

    mutating func add(_ row: Row) -> String {
        defer { rowCount += 1 }
        let members = setting.members + row.members
        switch format {
        case .md:
            let cells = leadingCells + row.cells
            return (rowCount == 0 ? Self.heading(cells) : "") + Self.line(cells.map(\.text))
        case .csv:
            let names = rowCount == 0 ? members.map(\.name).joined(separator: ",") + "\n" : ""
            return names + members.map { Self.quoted($0.value) }.joined(separator: ",")
        case .json: return (rowCount == 0 ? "  " : ", ") + Report.object(members).line
        case .jsonl: return Report.object(members).line
        }
    }

    var closing: String? { format == .json ? "]" : nil }

    private var leadingCells: [Cell] {
        [
            Cell(heading: "model", text: setting.model, isNumber: false),
            Cell(heading: "size", text: mebibytes(setting.modelBytes)),
            Cell(heading: "engine", text: setting.engine, isNumber: false),
            Cell(heading: "threads", text: "\(setting.threads)"),
        ]
    }

    private static func heading(_ cells: [Cell]) -> String {
        line(cells.map(\.heading)) + "\n" + line(cells.map { $0.isNumber ? "---:" : "---" }) + "\n"
    }

    private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    /// A field of RFC 4180.
    private static func quoted(_ value: Report) -> String {
        let text = if case .string(let text) = value { text } else { value.line }
        guard text.contains(where: { [",", "\"", "\n", " "].contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

func mebibytes(_ bytes: Int) -> String { "\(fixed(Double(bytes) / 1_048_576, digits: 2)) MiB" }
