import Foundation

extension RooflineCanvas {
    /// Keeps the places of points with names free.
    mutating func reserve(_ stacks: [RooflinePlot.Stack]) {
        points = stacks.filter { $0.operation.label != nil }.flatMap(\.measurements).map { measurement in
            let point = place(measurement)
            return Box(x: point.x - 7, y: point.y - 7, width: 14, height: 14)
        }
    }

    /// A point for each measurement; those of one operation joined by a stem, with its name and share beside the best.
    mutating func drawKernels(_ stacks: [RooflinePlot.Stack]) {
        // What is not named lies behind what is.
        for stack in stacks.sorted(by: { $0.operation.label == nil && $1.operation.label != nil }) {
            let isNamed = stack.operation.label != nil
            let places = stack.measurements.map(place)
            if isNamed, let low = places.max(by: { $0.y < $1.y }), let high = places.min(by: { $0.y < $1.y }) {
                svg.line(low, high, "stem")
                lines += Box.along(low, high, thickness: 4)
            }
            for (measurement, point) in zip(stack.measurements, places) {
                svg.circle(
                    point, radius: isNamed ? 5.5 : 3.5, "point \(colour(measurement.set))\(isNamed ? "" : " faint")",
                    title: measurement.title)
            }
        }
        drawNames(stacks)
    }

    private mutating func drawNames(_ stacks: [RooflinePlot.Stack]) {
        var placer = LabelPlacer(area: Self.area, obstacles: words + points, lines: lines)
        let named = stacks.compactMap { stack in
            stack.operation.label.flatMap { name in
                stack.best.map { (name: name, share: $0.share, point: place($0)) }
            }
        }
        // From the top, where it is crowded.
        for (name, share, point) in named.sorted(by: { $0.point.y < $1.point.y }) {
            let share = share.map { "\(fixed(100 * $0.fraction, digits: 0)) %" } ?? ""
            let width = SVG.width(of: name + " " + share, size: PlotStyle.text)
            let box = placer.place(width: width, height: 16, beside: point)
            let near = Point(x: min(max(point.x, box.x), box.right), y: min(max(point.y, box.y), box.bottom))
            if hypot(near.x - point.x, near.y - point.y) > 14 { svg.line(point, near, "leader") }
            svg.text(name, at: Point(x: box.x + box.width / 2, y: box.bottom - 4), "ink halo middle", strong: share)
        }
    }

    private func place(_ measurement: KernelMeasurement) -> Point {
        place(intensity: measurement.operation.work.intensity, rate: measurement.operationsPerSecond / 1e9)
    }
}

extension KernelMeasurement {
    /// What a reader sees who points at it.
    fileprivate var title: String {
        "\(operation.name) \(operation.shape), \(set): \(KernelsTable.time(seconds)), "
            + "\(KernelsTable.threeDigits(bytesPerSecond / 1e9)) GB/s, "
            + "\(KernelsTable.threeDigits(operationsPerSecond / 1e9)) GOP/s"
    }
}
