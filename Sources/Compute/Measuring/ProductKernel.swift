import Kernels
package import Tensors

/// A product kernel as a measurement sees it: its name, and the types whose weights it multiplies.
package struct ProductKernel: Sendable {
    private let layout: TileLayout
    /// The types that are re-tiled to its layout, first the one that gains least room by it.
    package let types: [ElementType]

    /// One for each layout that some type is re-tiled to.
    package static let all: [ProductKernel] = TileLayout.allCases.compactMap { layout in
        let types = ElementType.allCases.filter { TileLayout(of: $0, .native, .standard, activationBits: 8) == layout }
            .sorted { $0.blockBytes * $1.blockLength > $1.blockBytes * $0.blockLength }
        return types.isEmpty ? nil : ProductKernel(layout: layout, types: types)
    }

    /// The name of its layout.
    package var name: String { "\(layout)" }

    package var arithmetic: Arithmetic { layout.isDense ? .float : .int8 }

    /// Bytes that a product reads of a matrix of so many rows, columns in whole blocks.
    package func weightBytes(rows: Int, columns: Int) -> Int {
        (rows + TileLayout.rows - 1) / TileLayout.rows * layout.groupBytes(columns: columns)
    }
}
