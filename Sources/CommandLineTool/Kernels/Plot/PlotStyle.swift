/// How the picture looks, by day and by night.
enum PlotStyle {
    static let text = 13.0
    static let small = 11.5

    /// Colours of instruction sets, narrowest first: day, night.
    private static let sets = [
        ("#868e96", "#98a2ad"), ("#1c7ed6", "#6cb6ff"), ("#e8590c", "#ff9d5c"), ("#2b8a3e", "#69db7c"),
        ("#9c36b5", "#da9bf0"),
    ]

    /// The class of the set with this number.
    static func set(_ index: Int) -> String { "s\(index % sets.count)" }

    static var sheet: String {
        """
        text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif; \
        font-size: \(SVG.number(text))px; }
        .title { font-size: 24px; font-weight: 650; }
        .subtitle { font-size: 14px; }
        .small, .tick { font-size: \(SVG.number(small))px; }
        .axis { font-size: 13.5px; font-weight: 600; }
        .strong { font-weight: 650; }
        .middle { text-anchor: middle; } .end { text-anchor: end; }
        .halo { paint-order: stroke; stroke-width: 3.5px; stroke-linejoin: round; }
        .grid { stroke-width: 1; } .memory { stroke-width: 3; stroke-linecap: round; }
        .cache { stroke-width: 1.3; stroke-dasharray: 2 5; stroke-linecap: round; }
        .ceiling { stroke-width: 2.4; stroke-linecap: round; } .lower { stroke-width: 1.2; stroke-dasharray: 7 5; }
        .band { opacity: 0.09; } .stem { stroke-width: 1.2; opacity: 0.55; } .leader { stroke-width: 0.9; }
        .faint { opacity: 0.38; } .point { stroke-width: 1.4; }
        \(colours(ink: "#1b1f24", quiet: "#5c6670", paper: "#ffffff", grid: "#e9ecef", under: "#f3f6fa") { $0.0 })
        @media (prefers-color-scheme: dark) {
        \(colours(ink: "#f1f3f5", quiet: "#a3adb8", paper: "#12161c", grid: "#252b34", under: "#192029") { $0.1 })
        }
        """
    }

    private static func colours(
        ink: String, quiet: String, paper: String, grid: String, under: String, _ pick: ((String, String)) -> String
    ) -> String {
        let fixed = """
            .paper { fill: \(paper); } .under { fill: \(under); } .ink { fill: \(ink); } .quiet { fill: \(quiet); }
            .halo { stroke: \(paper); } .grid { stroke: \(grid); } .memory { stroke: \(ink); } .cache { stroke: \(quiet); }
            .band { fill: \(ink); } .stem, .leader { stroke: \(quiet); } .point { stroke: \(paper); }
            """
        let sets = sets.enumerated().map { index, colour in
            ".s\(index).point, .s\(index).name { fill: \(pick(colour)); } "
                + ".s\(index).ceiling, .s\(index).lower { stroke: \(pick(colour)); }"
        }
        return ([fixed] + sets).joined(separator: "\n")
    }
}
