import Foundation

/// What is lost over what is saved: for each model its size, and how far it is from the reference.
package struct TradeOffPlot {
    private let results: [PerplexityResult]
    /// The reference, where it is one of the models: it has lost nothing, and no place on a logarithmic scale.
    private let origin: PerplexityResult?

    static let width = 960.0
    static let height = 600.0
    static let area = Box(x: 96, y: 96, width: 820, height: 420)

    /// - Returns: nil where there is nothing to draw: no model with a loss that is not zero.
    package init?(_ results: [PerplexityResult]) {
        self.results = results.filter { ($0.loss?.value ?? 0) > 0 }
        origin = results.first { $0.figures.difference == nil }
        if self.results.isEmpty { return nil }
    }

    /// The picture, in one document without anything from elsewhere.
    package var svg: String {
        var svg = SVG()
        let (x, y) = (sizes, losses)
        svg.box(Box(x: 0, y: 0, width: Self.width, height: Self.height), "paper")
        drawAxes(x, y, &svg)
        func height(_ loss: Double) -> Double { y.position(min(max(loss, y.lowest), y.highest)) }
        let points = results.map { Point(x: x.position($0.mebibytes), y: height($0.loss?.value ?? 0)) }
        var obstacles: [Box] = []
        for (result, point) in zip(results, points) {
            if let loss = result.loss {
                // A bar of one standard error each way, as far as the scale goes.
                let (low, high) = (height(loss.value - loss.error), height(loss.value + loss.error))
                svg.line(Point(x: point.x, y: low), Point(x: point.x, y: high), "stem")
            }
            svg.circle(point, radius: 6, "point s1", title: result.title)
            obstacles.append(Box(x: point.x - 8, y: point.y - 8, width: 16, height: 16))
        }
        var placer = LabelPlacer(area: Self.area, obstacles: obstacles, lines: [])
        for (result, point) in zip(results, points) {
            let label = result.label
            // Lower-case letters mostly, which are narrower than what the estimate is for.
            let width = 0.85 * SVG.width(of: label, size: PlotStyle.text)
            let box = placer.place(width: width, height: 16, beside: point)
            let near = Point(x: min(max(point.x, box.x), box.right), y: min(max(point.y, box.y), box.bottom))
            if hypot(near.x - point.x, near.y - point.y) > 20 { svg.line(point, near, "leader") }
            svg.text(label, at: Point(x: box.x + box.width / 2, y: box.bottom - 4), "ink halo middle")
        }
        drawWords(&svg)
        return svg.document(width: Self.width, height: Self.height, title: "Size and loss", style: PlotStyle.sheet)
    }

    private func drawWords(_ svg: inout SVG) {
        let first = results[0]
        svg.text("What smaller weights cost", at: Point(x: 30, y: 40), "title ink")
        let reference = first.reference ?? origin?.model ?? ""
        let against = origin.map { "\($0.model), \(KernelsTable.threeDigits($0.mebibytes)) MiB" } ?? reference
        svg.text("Divergence from \(against)", at: Point(x: 30, y: 66), "subtitle quiet")
        svg.text(
            "Over \(first.text): \(first.figures.count) predictions, ± one standard error.",
            at: Point(x: Self.area.right, y: Self.height - 14), "small quiet end")
        svg.text(
            "size of the files, MiB", at: Point(x: Self.area.x + Self.area.width / 2, y: Self.area.bottom + 50),
            "axis ink middle")
        svg.text(
            "mean KL divergence, nats", at: Point(x: 28, y: Self.area.y + Self.area.height / 2), "axis ink middle",
            degrees: -90)
    }

    private func drawAxes(_ x: LogScale, _ y: LogScale, _ svg: inout SVG) {
        let area = Self.area
        for tick in Self.ticks(x) {
            let place = x.position(tick)
            svg.line(Point(x: place, y: area.y), Point(x: place, y: area.bottom), "grid")
            svg.text(Self.number(tick), at: Point(x: place, y: area.bottom + 20), "tick quiet middle")
        }
        for tick in Self.ticks(y) {
            let place = y.position(tick)
            svg.line(Point(x: area.x, y: place), Point(x: area.right, y: place), "grid")
            svg.text(Self.number(tick), at: Point(x: area.x - 10, y: place + 4), "tick quiet end")
        }
    }

    /// As many as are wanted on a scale of any extent: finer ones where it is short.
    private static func ticks(_ scale: LogScale) -> [Double] {
        let few = scale.ticks(base: 10, factors: [1, 2, 5])
        return few.count >= 4 ? few : scale.ticks(base: 10, factors: [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8])
    }

    private static func number(_ value: Double) -> String {
        let digits = max(0, 1 - Int(log10(value).rounded(.down)))
        let text = fixed(value, digits: digits)
        return text.contains(".") ? String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) : text
    }

    /// Both with room around what is to be shown.
    private var sizes: LogScale {
        let values = results.map(\.mebibytes)
        return LogScale(
            from: (values.min() ?? 1) * 0.8, to: (values.max() ?? 1) * 1.25, at: Self.area.x, end: Self.area.right)
    }

    /// What has lost next to nothing stands at the lower edge, and leaves the others room.
    private var losses: LogScale {
        let values = results.compactMap { $0.loss?.value }
        let greatest = values.max() ?? 1
        return LogScale(
            from: max((values.min() ?? 1) * 0.5, greatest * 1e-4), to: greatest * 2, at: Self.area.bottom,
            end: Self.area.y)
    }
}

extension PerplexityResult {
    fileprivate var loss: Estimate? { figures.difference?.meanDivergence }
    fileprivate var mebibytes: Double { Double(size.fileBytes) / 1_048_576 }
    fileprivate var label: String {
        let speed = generatedPerSecond.map { ", \(KernelsTable.threeDigits($0)) t/s" } ?? ""
        return "\(model), \(fixed(size.bitsPerWeight, digits: 1)) bits\(speed)"
    }

    /// What a reader sees who points at it.
    fileprivate var title: String {
        "\(model): \(KernelsTable.threeDigits(mebibytes)) MiB, perplexity \(Self.text(figures.perplexity, digits: 3))"
            + (loss.map { ", KL \(Self.text($0, digits: 5))" } ?? "")
            + (generatedPerSecond.map { ", writes \(KernelsTable.threeDigits($0)) tokens a second" } ?? "")
    }
}
