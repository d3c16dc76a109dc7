import Checkpoints
import Compute
import Tensors

/// Writes a tensor's values as the file means them, in f32, under its own name and shape.
enum TensorExport {
    private static let rowsAtOnce = 64

    static func write(_ tensor: Tensor, to path: String) throws {
        let compute = try Compute()
        let buffer = Activations(rows: rowsAtOnce, columns: tensor.shape.columns)
        var values: [Float] = []
        values.reserveCapacity(tensor.shape.elementCount)
        for start in stride(from: 0, to: tensor.shape.rows, by: rowsAtOnce) {
            let rows = Array(start..<min(start + rowsAtOnce, tensor.shape.rows))
            compute.gatherRows(of: tensor, ids: rows, into: buffer)
            for row in rows.indices { values += buffer.copyRow(row) }
        }
        try TensorFile.write(
            [SafetensorsWriter.Entry(name: tensor.name, shape: tensor.shape.extents, .floats(values))], to: path)
    }
}
