import Foundation

extension RooflineCanvas {
    /// The diagonals of memory and caches, each up to the highest ceiling.
    mutating func drawDiagonals(_ reads: [MachineRoofs.Bandwidth], under peaks: [MachineRoofs.Peak]) {
        let top = peaks.map { $0.operationsPerSecond / 1e9 }.max() ?? y.highest
        if let memory = reads.last {
            shade(under: memory.bytesPerSecond / 1e9, top: top)
            let (low, high) = (diagonal(memory.lowestBytesPerSecond, top), diagonal(memory.bytesPerSecond, top))
            svg.polygon([low.start, low.ridge, high.ridge, high.start], "band")
        }
        for read in reads {
            let (from, to) = diagonal(read.bytesPerSecond, top)
            guard from.x < to.x else { continue }
            svg.line(from, to, read.isMemory ? "memory" : "cache")
            lines += Box.along(from, to, thickness: 5)
            name(read, along: from, to)
        }
    }

    /// Where the line of a bandwidth begins, and where it meets the highest ceiling.
    private func diagonal(_ bytesPerSecond: Double, _ top: Double) -> (start: Point, ridge: Point) {
        let rate = bytesPerSecond / 1e9
        let start = max(x.lowest, y.lowest / rate)
        let ridge = min(top / rate, x.highest)
        return (place(intensity: start, rate: start * rate), place(intensity: ridge, rate: ridge * rate))
    }

    /// Writes the name of a diagonal above it, at the first place from its lower end that is free.
    private mutating func name(_ read: MachineRoofs.Bandwidth, along from: Point, _ to: Point) {
        let text = "\(read.level) \(read.range) GB/s"
        let length = SVG.width(of: text, size: PlotStyle.small)
        let angle = atan2(to.y - from.y, to.x - from.x)
        func boxes(_ start: Point) -> [Box] {
            let end = Point(x: start.x + length * cos(angle), y: start.y + length * sin(angle))
            return Box.along(Point(x: start.x, y: start.y - 4), Point(x: end.x, y: end.y - 4), thickness: 16)
        }
        let places = stride(from: 14.0, to: max(15, hypot(to.x - from.x, to.y - from.y) - length), by: 8).map { along in
            Point(x: from.x + along * cos(angle) - 4, y: from.y + along * sin(angle) - 7)
        }
        let isFree = { (place: Point) in
            boxes(place).allSatisfy { box in (words + points).allSatisfy { $0.overlap(box) == 0 } }
        }
        guard let at = places.first(where: isFree) ?? places.first else { return }
        svg.text(
            text, at: at, "small halo " + (read.isMemory ? "ink strong" : "quiet"), degrees: angle * 180 / .pi)
        words += boxes(at)
    }

    /// What can be reached with every byte from memory.
    private mutating func shade(under rate: Double, top: Double) {
        let (foot, ridge) = diagonal(rate * 1e9, top)
        let area = Self.area
        svg.polygon(
            [
                Point(x: foot.x, y: area.bottom), foot, ridge, Point(x: area.right, y: ridge.y),
                Point(x: area.right, y: area.bottom),
            ], "under")
    }

    /// The peaks, horizontal from where the fastest cache lets them be reached, named at their right ends.
    mutating func drawCeilings(_ peaks: [MachineRoofs.Peak], under reads: [MachineRoofs.Bandwidth]) {
        let fastest = (reads.map(\.bytesPerSecond).max() ?? 1) / 1e9
        let right = Self.area.right
        let heights = peaks.map { y.position($0.operationsPerSecond / 1e9) }
        let names = LabelPlacer.spread(heights.map { $0 + 4 }, height: 15, within: Self.area.y...Self.area.bottom)
        for (index, peak) in peaks.enumerated() {
            let rate = peak.operationsPerSecond / 1e9
            let isBest = !peaks.contains {
                $0.arithmetic == peak.arithmetic && $0.operationsPerSecond > peak.operationsPerSecond
            }
            let from = Point(x: x.position(min(max(rate / fastest, x.lowest), x.highest)), y: heights[index])
            let to = Point(x: right, y: heights[index])
            svg.line(from, to, "\(colour(peak.set)) \(isBest ? "ceiling" : "lower")")
            lines += Box.along(from, to, thickness: 4)
            if abs(names[index] - 4 - heights[index]) > 2 {
                svg.line(to, Point(x: right + 9, y: names[index] - 4), "leader")
            }
            svg.text(
                "\(peak.arithmetic == .float ? "f32" : "int8") \(peak.set) \(KernelsTable.threeDigits(rate))",
                at: Point(x: right + 12, y: names[index]), "small name \(colour(peak.set))" + (isBest ? " strong" : ""))
        }
    }
}
