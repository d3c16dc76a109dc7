import CommandLineTool
import Compute
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The roofline picture is a document of its own, whatever was measured.
@Suite struct RooflinePlotTests {
    private func measurements(_ names: [String], threads: [Int] = [1]) throws -> [KernelMeasurement] {
        let benchmark = try KernelSupport.benchmark(threads: threads)
        return try names.flatMap { KernelSupport.operations($0) }.flatMap { try benchmark.measure($0) }
    }

    private func picture(_ measurements: [KernelMeasurement], processor: String = "A & B <CPU>") -> String? {
        RooflinePlot(
            processor: processor, threads: 1, shapes: KernelSupport.tiny, sets: ["portable", "avx2"],
            roofs: KernelSupport.roofs,
            measurements: measurements)?.svg
    }

    @Test("the picture is well-formed XML, with texts from outside escaped")
    func wellFormed() throws {
        let svg = try #require(picture(try measurements(["multiply", "rms", "swiglu", "attend", "store", "retile"])))
        let reader = Elements()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(reader.names.first == "svg" && reader.names.contains("style"))
        #expect(reader.text.contains("A & B <CPU>"))
        // Light and dark from one file.
        #expect(svg.contains("prefers-color-scheme: dark"))
    }

    @Test("every operation that computes has a point for each set; what is named is named once")
    func points() throws {
        let measured = try measurements(["multiply", "swiglu", "store"])
        let svg = try #require(picture(measured))
        let computing = measured.filter { $0.operation.work.operations > 0 }
        // One more for each set in the legend.
        #expect(svg.components(separatedBy: "<circle").count - 1 == computing.count + 2)
        for label in ["Q4_0 × 1<", "Q4_0 × 4<", "Q4_0 × 16<", "SwiGLU<"] {
            #expect(svg.components(separatedBy: ">\(label)").count == 2, "\(label)")
        }
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test("without anything that computes there is no picture")
    func nothing() throws {
        #expect(picture([]) == nil)
        #expect(picture(try measurements(["store"])) == nil)
    }
}

/// Names and text of a document.
private final class Elements: NSObject, XMLParserDelegate {
    var names: [String] = []
    var text = ""

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) { names.append(name) }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
