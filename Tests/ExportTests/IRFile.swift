import Foundation
#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An exported graph as any reader of XML sees it, with the constants beside it.
struct IRFile {
    struct Layer {
        var id = ""
        var name = ""
        var type = ""
        var opset = ""
        var data: [String: String] = [:]
        /// Precisions by port.
        var inputs: [String: String] = [:]
        var outputs: [String: String] = [:]
        var names: [String] = []
        var isDecompression = false
    }

    struct Edge: Hashable {
        let from: String
        let fromPort: String
        let to: String
        let toPort: String
    }

    let layers: [Layer]
    let edges: [Edge]
    let weights: Data

    init(folder: String) throws {
        let reader = Reader()
        let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/openvino_model.xml")))
        parser.delegate = reader
        guard parser.parse() else { throw CocoaError(.fileReadCorruptFile) }
        layers = reader.layers
        edges = reader.edges
        weights = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/openvino_model.bin"))
    }

    func count(_ type: String) -> Int { layers.count { $0.type == type } }

    func range(_ layer: Layer) -> Range<Int>? {
        guard let start = layer.data["offset"].flatMap({ Int($0) }), let size = layer.data["size"].flatMap({ Int($0) })
        else { return nil }
        return start..<start + size
    }

    /// The bytes of a constant.
    func bytes(_ name: String) -> [UInt8]? {
        layers.first { $0.name == name }.flatMap(range).map { [UInt8](weights[$0]) }
    }

    /// The layer whose first output is an input of another.
    func input(_ port: Int, of layer: Layer) -> Layer? {
        edges.first { $0.to == layer.id && $0.toPort == String(port) }
            .flatMap { edge in layers.first { $0.id == edge.from } }
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var layers: [Layer] = []
        var edges: [Edge] = []
        private var isInput = false

        func parser(
            _: XMLParser, didStartElement element: String, namespaceURI _: String?, qualifiedName _: String?,
            attributes: [String: String]
        ) {
            switch element {
            case "layer":
                layers.append(
                    Layer(
                        id: attributes["id"] ?? "", name: attributes["name"] ?? "", type: attributes["type"] ?? "",
                        opset: attributes["version"] ?? ""))
            case "data": layers[layers.count - 1].data = attributes
            case "attribute": layers[layers.count - 1].isDecompression = attributes["name"] == "decompression"
            case "input": isInput = true
            case "output": isInput = false
            case "port":
                let (id, precision) = (attributes["id"] ?? "", attributes["precision"] ?? "")
                if isInput {
                    layers[layers.count - 1].inputs[id] = precision
                } else {
                    layers[layers.count - 1].outputs[id] = precision
                    layers[layers.count - 1].names += [attributes["names"]].compactMap { $0 }
                }
            case "edge":
                edges.append(
                    Edge(
                        from: attributes["from-layer"] ?? "", fromPort: attributes["from-port"] ?? "",
                        to: attributes["to-layer"] ?? "", toPort: attributes["to-port"] ?? ""))
            default: break
            }
        }
    }
}
