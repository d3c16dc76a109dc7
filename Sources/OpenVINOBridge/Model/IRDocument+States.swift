extension IRDocument {
    /// A layer's keys or values, and the output that shows them.
    package struct CachePart: Equatable, Sendable {
        package let layer: Int
        package let isKey: Bool
        package let output: String
    }

    /// The text of a model that shows its cache after every run, as outputs besides the logits.
    ///
    /// C has no door to a request's state. But what a run keeps is a value like any other, and what becomes of it may be a
    /// result of the model too: (1, heads, positions, head size), of all positions so far.
    ///
    /// - Returns: nil where the states are not a decoder's keys and values, `past_key_values.N.keypresent.N.key` and so on.
    package func showingCache(layerCount: Int) -> (text: [UInt8], parts: [CachePart])? {
        guard let highest = layers.map(\.id).max(), highest < Int.max - states.count - 1 else { return nil }
        var parts: [CachePart] = []
        var (newLayers, newEdges) = ("", "")
        for (index, state) in states.enumerated() {
            guard let (layer, isKey) = Self.place(state.variable), layer < layerCount,
                let source = edges.first(where: { $0.to == state.layer && $0.toPort == 0 })
            else { return nil }
            let part = CachePart(layer: layer, isKey: isKey, output: "swiftlet_cache_\(index)")
            let id = highest + 1 + index
            newLayers += """
                <layer id="\(id)" name="\(part.output)" type="Result" version="opset1" output_names="\(part.output)">\
                <input><port id="0"/></input></layer>

                """
            newEdges += """
                <edge from-layer="\(source.from)" from-port="\(source.fromPort)" to-layer="\(id)" to-port="0"/>

                """
            parts.append(part)
        }
        let places = Set(parts.map { 2 * $0.layer + ($0.isKey ? 0 : 1) })
        guard places.count == parts.count, places.count == 2 * layerCount else { return nil }
        let changed =
            Array(text[..<layersEnd]) + Array(newLayers.utf8) + Array(text[layersEnd..<edgesEnd])
            + Array(newEdges.utf8) + Array(text[edgesEnd...])
        return (changed, parts)
    }

    /// `past_key_values.3.keypresent.3.key` is layer 3's keys.
    private static func place(_ variable: String) -> (layer: Int, isKey: Bool)? {
        let prefix = "past_key_values."
        guard variable.hasPrefix(prefix) else { return nil }
        let rest = variable.dropFirst(prefix.count)
        let number = rest.prefix { $0 != "." }
        guard let layer = Int(number), layer >= 0 else { return nil }
        switch rest.dropFirst(number.count) {
        case ".keypresent.\(layer).key": return (layer, true)
        case ".valuepresent.\(layer).value": return (layer, false)
        default: return nil
        }
    }
}
