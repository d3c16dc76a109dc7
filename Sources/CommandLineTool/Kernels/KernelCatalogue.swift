/// All operations that `swiftlet kernels` measures, in the order of its table.
package enum KernelCatalogue {
    package static func all(_ shapes: KernelShapes) -> [KernelOperation] {
        ProductOperations.all(shapes) + RowOperations.all(shapes) + AttentionOperations.all(shapes)
            + LoadOperations.all(shapes)
    }

    /// Those that one of the patterns names; all where there are none.
    package static func all(_ shapes: KernelShapes, matching patterns: [String]) -> [KernelOperation] {
        let all = all(shapes)
        if patterns.isEmpty { return all }
        return all.filter { operation in patterns.contains { operation.matches($0) } }
    }
}
