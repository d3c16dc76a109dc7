import Kernels

/// A matrix of weights (outputs, inputs), re-tiled for the kernels.
///
/// Parts of different types each keep their own tile; `multiply` runs through them in one region.
public final class WeightMatrix: Sendable {
    public let outputs: Int
    public let inputs: Int
    /// Bytes that a product with it reads.
    public let byteCount: Int
    /// What it is, for people: `ffn_down Q4_0 [3072, 8192]`.
    public let label: String
    /// The layouts in order, as `nibbleMin` or `nibbleK+byteK16`.
    public let tileDescription: String
    /// The tensors whose rows it has, in order.
    let tensorNames: [String]

    let tiles: [WeightTile]
    /// Pairs of row groups of all tiles: what threads share a product by.
    let pairCount: Int

    init(tiles: [WeightTile], inputs: Int, name: String, tensorNames: [String]) {
        self.tiles = tiles
        self.inputs = inputs
        self.tensorNames = tensorNames
        outputs = tiles.reduce(0) { $0 + $1.rows }
        pairCount = tiles.reduce(0) { $0 + $1.pairs }
        byteCount = tiles.reduce(0) { $0 + $1.groups * $1.groupBytes }
        label = "\(name) [\(outputs), \(inputs)]"
        tileDescription = tiles.map { "\($0.layout)" }.joined(separator: "+")
    }
}

/// Consecutive rows of a matrix that share a layout.
struct WeightTile: Sendable {
    let layout: TileLayout
    /// What it is multiplied with.
    let activation: TileLayout.Activation
    /// The first output that these rows make.
    let firstRow: Int
    let rows: Int
    /// Columns with the padding to whole blocks.
    let columns: Int
    /// Blocks of 32 columns that share a scale, in the layouts of plain scales.
    let blocksPerScale: Int
    let groupBytes: Int
    let piece: WeightArena.Piece

    /// Groups of eight rows, the last one padded with zeros.
    var groups: Int { (rows + TileLayout.rows - 1) / TileLayout.rows }

    /// Groups that stay together when threads share a tile: the kernels of 512 bits take them two by two.
    static var pair: Int { 2 }
    var pairs: Int { (groups + Self.pair - 1) / Self.pair }
}
