import Foundation
import OpenVINOBridge
import TestSupport
import Testing
import UntrustedInput

@Suite struct IRDocumentTests {
    private func text(_ model: ExportedModel) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(model.path)/openvino_model.xml")))
    }

    @Test("inputs, edges and the extents of constants are read", arguments: ExportedModel.allCases)
    func reading(model: ExportedModel) throws {
        let document = try IRDocument(try text(model), file: "x")
        let inputs = document.layers.filter { $0.type == "Parameter" }.map(\.name)
        #expect(Set(inputs) == ["input_ids", "attention_mask", "position_ids", "beam_idx"])
        let size = try FileManager.default.attributesOfItem(atPath: "\(model.path)/openvino_model.bin")[.size] as? Int
        #expect(document.constants.map(\.end).max() == size)
        #expect(document.edges.count > 400)
    }

    @Test("the head's rows are selected by one more input, and nothing else changes")
    func selection() throws {
        let original = try text(.longRoPE)
        let document = try IRDocument(original, file: "x")
        let changed = try IRDocument(try #require(document.selectingRows()), file: "x")
        #expect(changed.layers.count == document.layers.count + 2)
        #expect(changed.edges.count == document.edges.count + 3)
        let slice = try #require(changed.layers.last { $0.type == "StridedSlice" })
        let head = try #require(changed.edges.first { $0.from == slice.id })
        #expect(changed.layers.first { $0.id == head.to }?.type == "MatMul")
        let source = try #require(changed.edges.first { $0.to == slice.id && $0.toPort == 0 })
        #expect(document.edges.contains { $0.from == source.from && $0.to == head.to })
    }

    @Test("a decoder's states become outputs, each layer's keys and values once")
    func states() throws {
        let document = try IRDocument(try text(.grouped), file: "x")
        let (text, parts) = try #require(document.showingCache(layerCount: 2))
        let changed = try IRDocument(text, file: "x")
        #expect(changed.layers.count { $0.type == "Result" } == 5 && parts.count == 4)
        for part in parts {
            let result = try #require(changed.layers.first { $0.name == part.output })
            let source = try #require(changed.edges.first { $0.to == result.id })
            let kept = try #require(
                changed.states.first {
                    $0.variable == "past_key_values.\(part.layer).\(part.isKey ? "key" : "value")present.\(part.layer)."
                        + (part.isKey ? "key" : "value")
                })
            #expect(changed.edges.contains { $0.from == source.from && $0.to == kept.layer })
        }
        #expect(document.showingCache(layerCount: 1) == nil && document.showingCache(layerCount: 3) == nil)
    }

    @Test("a model that ends in another way is left alone")
    func otherEnds() throws {
        let text = """
            <?xml version="1.0"?><!-- <layer> --><net><layers>
            <layer id="0" name="a&gt;b" type="Parameter"><data shape="1"/></layer>
            <layer id='1' type="Result" name="x>y"/>
            </layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges></net>
            """
        let document = try IRDocument(Array(text.utf8), file: "x")
        #expect(document.layers.map(\.type) == ["Parameter", "Result"] && document.layers[1].name == "x>y")
        #expect(document.selectingRows() == nil)
    }

    @Test("a text that ends early, wherever, is an error", arguments: ExportedModel.allCases)
    func truncation(model: ExportedModel) throws {
        let whole = try text(model)
        let end = whole.count - 7
        for count in Array(0..<2_000) + Array(stride(from: 2_000, to: end, by: 1_009)) + Array(end - 8..<end) {
            #expect(throws: InputError.self, "\(count)") { try IRDocument(Array(whole[..<count]), file: "x") }
        }
    }

    @Test("flipped bits are read or refused, and never trap")
    func bitFlips() throws {
        let whole = try text(.grouped)
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            var spoilt = whole
            for _ in 0..<8 {
                spoilt[Int.random(in: 0..<spoilt.count, using: &random)] ^=
                    UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            }
            _ = try? IRDocument(spoilt, file: "x").selectingRows()
        }
    }

    @Test("sizes that wrap are refused")
    func overflow() {
        let text = """
            <net><layers><layer id="0" name="c" type="Const"><data offset="\(Int.max)" size="2"/></layer></layers>
            <edges></edges></net>
            """
        #expect(throws: InputError.self) { try IRDocument(Array(text.utf8), file: "x") }
        #expect(throws: InputError.self) {
            try IRDocument(Array(text.replacing("\(Int.max)", with: "-5").utf8), file: "x")
        }
    }
}
