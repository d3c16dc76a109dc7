import Foundation

/// Finds room for labels beside what they name, where they cover neither each other nor anything else.
struct LabelPlacer {
    /// Labels stay inside.
    let area: Box
    /// What is to be seen: no label lies on it if that can be helped.
    private var obstacles: [Box]
    /// What a label may cross, but had better not.
    private let lines: [Box]

    init(area: Box, obstacles: [Box], lines: [Box]) {
        self.area = area
        self.obstacles = obstacles
        self.lines = lines
    }

    /// Around the anchor, clockwise from the right; the first of equals wins.
    private static let directions: [(x: Double, y: Double)] = [
        (1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.6), (0.8, 0.6), (-0.8, -0.6), (-0.8, 0.6), (0.5, -0.9), (-0.5, -0.9),
        (0.5, 0.9), (-0.5, 0.9),
    ]
    private static let distances: [Double] = [11, 18, 28, 42, 58, 78, 102, 130]

    /// The nearest free place, or the one that covers least; it is taken from then on.
    mutating func place(width: Double, height: Double, beside anchor: Point) -> Box {
        var best: (box: Box, cost: Double)?
        for distance in Self.distances {
            for direction in Self.directions {
                let center = Point(x: anchor.x + direction.x * distance, y: anchor.y + direction.y * distance)
                // The side that looks at the anchor keeps the distance, not the middle.
                let box = Box(
                    x: center.x - width * (1 - direction.x) / 2, y: center.y - height * (1 - direction.y) / 2,
                    width: width, height: height)
                guard area.contains(box) else { continue }
                let hidden = obstacles.reduce(0) { $0 + $1.overlap(box) }
                let crossed = lines.reduce(0) { $0 + $1.overlap(box) }
                let cost = 1_000 * hidden + 0.5 * crossed + distance
                if cost < best?.cost ?? .infinity { best = (box, cost) }
            }
        }
        let box = best?.box ?? Box(x: anchor.x, y: anchor.y - height, width: width, height: height)
        obstacles.append(box)
        return box
    }

    /// Moves places on a line apart until each has its height, in their order and as little as possible.
    static func spread(_ positions: [Double], height: Double, within bounds: ClosedRange<Double>) -> [Double] {
        let order = positions.indices.sorted { positions[$0] < positions[$1] }
        var result = positions
        var next = bounds.lowerBound
        for index in order {
            result[index] = max(positions[index], next)
            next = result[index] + height
        }
        var last = bounds.upperBound
        for index in order.reversed() {
            result[index] = min(result[index], last)
            last = result[index] - height
        }
        return result
    }
}
