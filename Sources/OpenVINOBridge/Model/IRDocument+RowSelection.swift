extension IRDocument {
    /// The input that ``selectingRows()`` adds: i64 [2], of which the second is the first position whose logits are
    /// wanted.
    static let rowSelectionInput = "swiftlet_first_row"

    /// The text of a model whose output head runs only for the last positions, from an index that is one more input.
    ///
    /// A model as it is exported gives the logits of all positions. Of a prompt only the last is wanted, and for a
    /// vocabulary of 50,000 the others cost a fifth of a small model's time, and memory by the hundred megabytes. So a
    /// StridedSlice goes in front of the product that the logits come from; begin and end are inputs, axes are
    /// attributes, and no constant has to be added to the other file:
    ///
    ///     hidden (1, T, hidden) → [0:, first:] → (1, T - first, hidden) → MatMul → logits
    ///
    /// - Returns: nil where the end of the model is of another form.
    package func selectingRows() -> [UInt8]? {
        guard let highest = layers.map(\.id).max(), highest < Int.max - 2,
            let head = headProduct, let input = edges.first(where: { $0.to == head && $0.toPort == 0 })
        else { return nil }
        let (parameter, slice) = (highest + 1, highest + 2)
        let name = Self.rowSelectionInput
        let newLayers = """
            <layer id="\(parameter)" name="\(name)" type="Parameter" version="opset1">\
            <data shape="2" element_type="i64"/>\
            <output><port id="0" precision="I64" names="\(name)"><dim>2</dim></port></output></layer>
            <layer id="\(slice)" name="\(name)/slice" type="StridedSlice" version="opset1">\
            <data begin_mask="1, 0" end_mask="1, 1" new_axis_mask="" shrink_axis_mask="" ellipsis_mask=""/>\
            <input><port id="0"/><port id="1"/><port id="2"/></input>\
            <output><port id="3" precision="FP32"/></output></layer>

            """
        let newEdges = """
            <edge from-layer="\(input.from)" from-port="\(input.fromPort)" to-layer="\(slice)" to-port="0"/>
            <edge from-layer="\(parameter)" from-port="0" to-layer="\(slice)" to-port="1"/>
            <edge from-layer="\(parameter)" from-port="0" to-layer="\(slice)" to-port="2"/>
            <edge from-layer="\(slice)" from-port="3" to-layer="\(head)" to-port="0"/>
            """
        guard layersEnd <= input.range.lowerBound else { return nil }
        return Array(text[..<layersEnd]) + Array(newLayers.utf8) + Array(text[layersEnd..<input.range.lowerBound])
            + Array(newEdges.utf8) + Array(text[input.range.upperBound...])
    }

    /// The MatMul that the only result comes from, conversions of its type aside.
    private var headProduct: Int? {
        let results = layers.filter { $0.type == "Result" }
        guard results.count == 1 else { return nil }
        var current = results[0].id
        for _ in 0..<4 {
            guard let edge = edges.first(where: { $0.to == current && $0.toPort == 0 }),
                let layer = layers.first(where: { $0.id == edge.from })
            else { return nil }
            if layer.type == "MatMul" { return layer.id }
            guard layer.type == "Convert" else { return nil }
            current = layer.id
        }
        return nil
    }
}
