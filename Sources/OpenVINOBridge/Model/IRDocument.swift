package import UntrustedInput

/// What the bridge must know of the operations in an `openvino_model.xml`: which there are, what feeds which, and where
/// constants lie. The rest of the text is OpenVINO's to read.
package struct IRDocument: Sendable {
    package struct Layer: Sendable {
        package let id: Int
        package let name: String
        package let type: String
    }

    /// From an output port of one operation to an input port of another.
    package struct Edge: Sendable {
        package let from: Int
        package let fromPort: Int
        package let to: Int
        package let toPort: Int
        /// Where it stands in the text.
        let range: Range<Int>
    }

    package struct Constant: Sendable {
        package let name: String
        /// Where its bytes end in the file of constants.
        package let end: Int
    }

    /// Part of the cache: what is kept under a name from run to run, at the operation that keeps it.
    package struct State: Sendable {
        package let layer: Int
        package let variable: String
    }

    let text: [UInt8]
    package let layers: [Layer]
    package let edges: [Edge]
    package let constants: [Constant]
    package let states: [State]
    /// Where `</layers>` and `</edges>` stand.
    let layersEnd: Int
    let edgesEnd: Int

    /// - Throws: `InputError.malformed` where the text is not what OpenVINO writes.
    package init(_ text: [UInt8], file: String) throws(InputError) {
        var layers: [Layer] = []
        var edges: [Edge] = []
        var constants: [Constant] = []
        var states: [State] = []
        var (layersEnd, edgesEnd, isClosed) = (Int?.none, Int?.none, false)
        var scanner = TagScanner(text, file: file)
        // Bodies of loops have layers of their own, with the same ids; only those of the model itself count.
        var depth = 0
        while let tag = try scanner.next() {
            switch tag.name {
            case "body" where !tag.isEmpty: depth += 1
            case "/body": depth -= 1
            case "layer" where depth == 0:
                layers.append(
                    Layer(
                        id: try tag.integer("id", file), name: tag.text("name") ?? "",
                        type: tag.text("type") ?? ""))
            case "data":
                if depth == 0, let layer = layers.last, layer.type == "Assign", let name = tag.text("variable_id") {
                    states.append(State(layer: layer.id, variable: name))
                }
                guard layers.last?.type == "Const" || depth > 0, tag.text("offset") != nil else { continue }
                let offset = try tag.integer("offset", file)
                let (end, overflow) = offset.addingReportingOverflow(try tag.integer("size", file))
                guard !overflow else { throw tag.malformed("offset", file, "a constant past every file") }
                constants.append(Constant(name: layers.last?.name ?? "", end: end))
            case "edge" where depth == 0:
                edges.append(
                    Edge(
                        from: try tag.integer("from-layer", file), fromPort: try tag.integer("from-port", file),
                        to: try tag.integer("to-layer", file), toPort: try tag.integer("to-port", file),
                        range: tag.range))
            case "/layers" where depth == 0: layersEnd = tag.range.lowerBound
            case "/edges" where depth == 0: edgesEnd = tag.range.lowerBound
            case "/net": isClosed = true
            default: break
            }
        }
        guard let layersEnd, let edgesEnd, isClosed, layersEnd < edgesEnd else {
            throw .malformed(
                file: file, field: "net", found: "a text that ends before </layers>, </edges> and </net>",
                expected: "a model as OpenVINO writes it")
        }
        self.text = text
        self.layers = layers
        self.edges = edges
        self.constants = constants
        self.states = states
        self.layersEnd = layersEnd
        self.edgesEnd = edgesEnd
    }
}
