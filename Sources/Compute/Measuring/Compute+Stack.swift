import Kernels

extension Compute {
    /// A matrix that has the rows of another one `times` over: as large as is wanted, in the time that copying takes.
    ///
    /// - Precondition: the other one is a single tile of whole groups of rows.
    /// - Throws: ``ComputeError/outOfMemory(bytes:)``.
    package func stack(_ matrix: WeightMatrix, times: Int) throws(ComputeError) -> WeightMatrix {
        precondition(matrix.tiles.count == 1 && matrix.outputs % TileLayout.rows == 0, "one tile of whole groups")
        let tile = matrix.tiles[0]
        let bytes = tile.groups * tile.groupBytes
        let piece = try arena.allocate(times * bytes)
        for index in 0..<times {
            unsafe (piece.base + index * bytes).copyMemory(from: tile.piece.base, byteCount: bytes)
        }
        let tall = WeightTile(
            layout: tile.layout, activation: tile.activation, firstRow: 0, rows: times * tile.rows,
            columns: tile.columns,
            blocksPerScale: tile.blocksPerScale, groupBytes: tile.groupBytes, piece: piece)
        return WeightMatrix(
            tiles: [tall], inputs: matrix.inputs, name: "stack",
            tensorNames: matrix.tensorNames)
    }
}
