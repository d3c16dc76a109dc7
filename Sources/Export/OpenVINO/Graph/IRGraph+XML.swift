/// The graph as the text of `openvino_model.xml`, version 11 of the IR.
extension IRGraph {
    /// - Parameter runtimeOptions: what plugins take for their properties where the user sets none.
    func xml(name: String, runtimeOptions: [(key: String, value: String)]) -> String {
        var text = "<?xml version=\"1.0\"?>\n<net name=\"\(Self.escaped(name))\" version=\"11\">\n\t<layers>\n"
        for (id, node) in nodes.enumerated() { write(node, id: id, to: &text) }
        text += "\t</layers>\n\t<edges>\n"
        for (id, node) in nodes.enumerated() {
            for (port, input) in node.inputs.enumerated() {
                let from = nodes[input.node].inputs.count + input.output
                text +=
                    "\t\t<edge from-layer=\"\(input.node)\" from-port=\"\(from)\" to-layer=\"\(id)\" to-port=\"\(port)\" />\n"
            }
        }
        text += "\t</edges>\n\t<rt_info>\n\t\t<runtime_options>\n"
        for (key, value) in runtimeOptions {
            text += "\t\t\t<\(key) value=\"\(Self.escaped(value))\" />\n"
        }
        return text + "\t\t</runtime_options>\n\t</rt_info>\n</net>\n"
    }

    /// Ports are counted through: inputs from 0, outputs behind them. Their shapes are left out, for readers infer them.
    private func write(_ node: IRNode, id: Int, to text: inout String) {
        text += "\t\t<layer id=\"\(id)\" name=\"\(Self.escaped(node.name))\" "
        text += "type=\"\(node.operation)\" version=\"opset\(node.opset)\">\n"
        if !node.attributes.isEmpty {
            let attributes = node.attributes.map { " \($0.key)=\"\(Self.escaped($0.value))\"" }
            text += "\t\t\t<data\(attributes.joined()) />\n"
        }
        if node.isDecompression {
            text += "\t\t\t<rt_info>\n\t\t\t\t<attribute name=\"decompression\" version=\"0\" />\n\t\t\t</rt_info>\n"
        }
        if !node.inputs.isEmpty {
            text += "\t\t\t<input>\n"
            for (port, input) in node.inputs.enumerated() {
                text += "\t\t\t\t<port id=\"\(port)\" precision=\"\(input.type.precision)\" />\n"
            }
            text += "\t\t\t</input>\n"
        }
        if !node.outputs.isEmpty {
            text += "\t\t\t<output>\n"
            for (port, type) in node.outputs.enumerated() {
                let names = port == 0 ? node.tensorName.map { " names=\"\(Self.escaped($0))\"" } ?? "" : ""
                text += "\t\t\t\t<port id=\"\(node.inputs.count + port)\" precision=\"\(type.precision)\"\(names) />\n"
            }
            text += "\t\t\t</output>\n"
        }
        text += "\t\t</layer>\n"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // XML has no way to write these.
            case _ where scalar.value < 0x20: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
