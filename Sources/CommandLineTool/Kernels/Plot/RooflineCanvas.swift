/// What a roofline is drawn on: intensities to the right, rates upwards, both logarithmic; the roofs and the kernels
/// are drawn by the extensions.
struct RooflineCanvas {
    static let width = 1280.0
    static let height = 800.0
    /// Where the roofs and the kernels are; names of ceilings stand to the right of it.
    static let area = Box(x: 84, y: 112, width: 1010, height: 592)

    /// Operations per byte.
    let x: LogScale
    /// Billions of operations per second.
    let y: LogScale
    /// The instruction sets in the order of their colours.
    let sets: [String]
    var svg = SVG()
    /// Words that are there already.
    var words: [Box] = []
    /// Lines that are there already.
    var lines: [Box] = []
    /// Where points with names are, or will be.
    var points: [Box] = []

    init(x: LogScale, y: LogScale, sets: [String]) {
        self.x = x
        self.y = y
        self.sets = sets
        svg.box(Box(x: 0, y: 0, width: Self.width, height: Self.height), "paper")
    }

    func place(intensity: Double, rate: Double) -> Point { Point(x: x.position(intensity), y: y.position(rate)) }

    /// The class that has the colour of a set.
    func colour(_ set: String) -> String { PlotStyle.set(sets.firstIndex(of: set) ?? sets.count) }

    func document(title: String) -> String {
        svg.document(width: Self.width, height: Self.height, title: title, style: PlotStyle.sheet)
    }

    mutating func drawAxes() {
        for tick in x.ticks(base: 2) {
            let place = x.position(tick)
            svg.line(Point(x: place, y: Self.area.y), Point(x: place, y: Self.area.bottom), "grid")
            let text = tick < 1 ? "1/\(Int((1 / tick).rounded()))" : "\(Int(tick))"
            svg.text(text, at: Point(x: place, y: Self.area.bottom + 20), "tick quiet middle")
        }
        for tick in y.ticks(base: 10, factors: [1, 2, 5]) {
            let place = y.position(tick)
            svg.line(Point(x: Self.area.x, y: place), Point(x: Self.area.right, y: place), "grid")
            let text = tick < 1 ? fixed(tick, digits: 1) : "\(Int(tick.rounded()))"
            svg.text(text, at: Point(x: Self.area.x - 10, y: place + 4), "tick quiet end")
        }
        svg.text(
            "operations per byte", at: Point(x: Self.area.x + Self.area.width / 2, y: Self.area.bottom + 46),
            "axis ink middle")
        svg.text(
            "billion operations per second", at: Point(x: 26, y: Self.area.y + Self.area.height / 2), "axis ink middle",
            degrees: -90)
    }

    /// The words around the picture, and the colours of the sets.
    mutating func drawWords(title: String, subtitle: String, note: String) {
        svg.text(title, at: Point(x: 30, y: 44), "title ink")
        svg.text(subtitle, at: Point(x: 30, y: 70), "subtitle quiet")
        for (index, set) in sets.enumerated() {
            let left = Self.width - 30 - 100 * Double(sets.count - index)
            svg.circle(Point(x: left, y: 39), radius: 6, "point \(colour(set))", title: set)
            svg.text(set, at: Point(x: left + 13, y: 44), "subtitle ink")
        }
        svg.text(note, at: Point(x: Self.area.right, y: Self.height - 18), "small quiet end")
    }
}
