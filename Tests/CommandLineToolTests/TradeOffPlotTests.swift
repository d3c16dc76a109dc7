import CommandLineTool
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The picture of `perplexity --compare` holds whatever was measured.
@Suite struct TradeOffPlotTests {
    private func result(_ model: String, mebibytes: Int, divergences: [Double]?) throws -> PerplexityResult {
        let predictions = (divergences ?? [0, 0]).map { divergence in
            Prediction(
                surprise: 1,
                difference: divergences.map { _ in
                    .init(referenceSurprise: 1, divergence: divergence, agreesOnTop: true)
                })
        }
        return PerplexityResult(
            model: model, size: ModelSize(fileBytes: mebibytes << 20, bitsPerWeight: 4.5), engine: "cpu",
            precision: "as in the file", text: "A & B",
            windows: try #require(TextWindows(Array(0..<8), length: 4, beginning: nil)), reference: "first",
            figures: PerplexityFigures(predictions), tokensPerSecond: 100, generatedPerSecond: 12.34)
    }

    @Test("every model with a loss has a point and a label inside of the picture")
    func points() throws {
        let results = [
            try result("first", mebibytes: 4000, divergences: nil),
            try result("half", mebibytes: 2000, divergences: [0.001, 0.003]),
            // An error larger than the value, and a loss that is far below all others.
            try result("<small>", mebibytes: 500, divergences: [0, 0.2]),
            try result("same", mebibytes: 3000, divergences: [1e-12, 2e-12]),
        ]
        let svg = try #require(TradeOffPlot(results)).svg
        let reader = Coordinates()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(reader.circles == 3)
        #expect(!reader.values.isEmpty && reader.values.allSatisfy { (0...960).contains($0) })
        #expect(reader.heights.allSatisfy { (0...600).contains($0) })
        for label in ["half, 4.5 bits, 12.3 t/s", "&lt;small&gt;, 4.5 bits", "same, 4.5 bits", "first, 4000 MiB"] {
            #expect(svg.contains(label), "\(label)")
        }
    }

    @Test("without a loss there is no picture")
    func nothing() throws {
        #expect(TradeOffPlot([]) == nil)
        #expect(TradeOffPlot([try result("first", mebibytes: 1, divergences: nil)]) == nil)
        #expect(TradeOffPlot([try result("same", mebibytes: 1, divergences: [0, 0])]) == nil)
    }
}

/// Where the elements of a picture are.
private final class Coordinates: NSObject, XMLParserDelegate {
    var values: [Double] = []
    var heights: [Double] = []
    var circles = 0

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "circle" { circles += 1 }
        for attribute in ["x", "x1", "x2", "cx"] {
            values += attributes[attribute].flatMap(Double.init).map { [$0] } ?? []
        }
        for attribute in ["y", "y1", "y2", "cy"] {
            heights += attributes[attribute].flatMap(Double.init).map { [$0] } ?? []
        }
    }
}
