import Foundation

/// The time of each token of an answer, a line a backend.
struct LatencyPlot {
    private let comparison: BackendComparison
    private let lines: [(name: String, latencies: [Double])]

    static let width = 960.0
    static let height = 560.0
    static let area = Box(x: 84, y: 96, width: 640, height: 384)

    /// - Returns: nil where no backend has run.
    init?(_ comparison: BackendComparison) {
        self.comparison = comparison
        lines = comparison.rows.filter(\.hasRun).map { ($0.backend, $0.latencies) }.filter { $0.1.count > 1 }
        if lines.isEmpty { return nil }
    }

    /// The picture, in one document without anything from elsewhere.
    var svg: String {
        var svg = SVG()
        svg.box(Box(x: 0, y: 0, width: Self.width, height: Self.height), "paper")
        drawAxes(&svg)
        for (index, line) in lines.enumerated() {
            let points = line.latencies.enumerated().map { Point(x: x($0.offset), y: y($0.element)) }
            for (from, to) in zip(points, points.dropFirst()) {
                svg.line(from, to, "\(PlotStyle.set(index)) ceiling latency")
            }
            // The names stand beside the picture, in the order of the table: lines may cross.
            let place = Point(x: Self.area.right + 28, y: Self.area.y + 24 + 44 * Double(index))
            svg.line(
                Point(x: place.x - 18, y: place.y - 4), Point(x: place.x - 4, y: place.y - 4),
                "\(PlotStyle.set(index)) ceiling")
            svg.text(line.name, at: place, "\(PlotStyle.set(index)) name strong")
            let median = Statistics(line.latencies).median
            svg.text("median \(fixed(median, digits: 2)) ms", at: Point(x: place.x, y: place.y + 17), "small quiet")
        }
        svg.text("Latency of each token", at: Point(x: 30, y: 40), "title ink")
        svg.text(
            "\(comparison.model.split(separator: "/").last.map(String.init) ?? ""), behind a prompt of \(comparison.promptTokens) tokens, on \(comparison.processor)",
            at: Point(x: 30, y: 66), "subtitle quiet")
        svg.text(
            "token of the answer", at: Point(x: Self.area.x + Self.area.width / 2, y: Self.area.bottom + 46),
            "axis ink middle")
        svg.text(
            "milliseconds", at: Point(x: 26, y: Self.area.y + Self.area.height / 2), "axis ink middle", degrees: -90)
        svg.text(
            "Medians of \(comparison.repetitions) turns. Above the frame: slower than it shows.",
            at: Point(x: Self.width - 24, y: Self.height - 14), "small quiet end")
        return svg.document(
            width: Self.width, height: Self.height, title: "Latency of each token",
            style: PlotStyle.sheet + "\n.latency { stroke-width: 1.6; }")
    }

    private var count: Int { lines.map(\.latencies.count).max() ?? 1 }

    /// What the frame shows: a few tokens that waited for another program shall not press the others flat.
    private var highest: Double {
        let greatest = lines.map { line in
            let sorted = line.latencies.sorted()
            return sorted[Int(0.98 * Double(sorted.count - 1))]
        }
        return max(1e-3, (greatest.max() ?? 1) * 1.25)
    }

    private func x(_ index: Int) -> Double {
        Self.area.x + Self.area.width * Double(index) / Double(max(1, count - 1))
    }

    private func y(_ milliseconds: Double) -> Double {
        Self.area.bottom - Self.area.height * min(1, milliseconds / highest)
    }

    private func drawAxes(_ svg: inout SVG) {
        let area = Self.area
        for tick in Self.ticks(to: highest) {
            svg.line(Point(x: area.x, y: y(tick)), Point(x: area.right, y: y(tick)), "grid")
            svg.text(Self.number(tick), at: Point(x: area.x - 10, y: y(tick) + 4), "tick quiet end")
        }
        // The first token comes out of the prompt: the lines begin at the second.
        for tick in Self.ticks(to: Double(count + 1)) where tick >= 2 {
            svg.text(Self.number(tick), at: Point(x: x(Int(tick) - 2), y: area.bottom + 20), "tick quiet middle")
        }
    }

    /// Round numbers from 0, about six of them.
    private static func ticks(to end: Double) -> [Double] {
        let raw = end / 6
        let power = pow(10, log10(raw).rounded(.down))
        let step = ([1, 2, 5, 10].first { $0 * power >= raw } ?? 10) * power
        return stride(from: 0, through: end, by: step).map { $0 }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? fixed(value, digits: 0) : fixed(value, digits: value < 0.1 ? 3 : 2)
    }
}
