import Compute
import Tensors

/// What runs when a model is loaded, and for an embedding's rows: one version for all instruction sets.
enum LoadOperations {
    /// Rows of the tensors: enough that every thread has many groups.
    private static let tensorRows = 1024

    static func all(_ shapes: KernelShapes) -> [KernelOperation] {
        ElementType.allCases.map { dequantize($0, shapes) }
            + ElementType.allCases.map { retile($0, .native, shapes) }
            + [WeightPrecision.int8, .int4].map { retile(.f32, $0, shapes) }
    }

    private static func bytes(_ type: ElementType, _ count: Int) -> Int { count / type.blockLength * type.blockBytes }

    private static func dequantize(_ type: ElementType, _ shapes: KernelShapes) -> KernelOperation {
        let (rows, columns) = (shapes.chunk, shapes.hidden)
        return KernelOperation(
            "dequantise \(type.rawValue)", shape: "[\(rows), \(columns)]",
            work: KernelWork(bytes: bytes(type, rows * columns) + 4 * rows * columns, operations: 0), hasSets: false
        ) { _ in
            let tensor = try Tensor.random(type, rows: tensorRows, columns: columns)
            let ids = (0..<rows).map { ($0 * 7 + 3) % tensorRows }
            let x = Activations(rows: rows, columns: columns)
            return PreparedKernel(run: { $0.gatherRows(of: tensor, ids: ids, into: x) })
        }
    }

    private static func retile(
        _ type: ElementType, _ precision: WeightPrecision, _ shapes: KernelShapes
    ) -> KernelOperation {
        let columns = shapes.hidden
        let read = bytes(type, tensorRows * columns)
        let target = precision == .native ? type : precision == .int8 ? .q8_0 : .q4_0
        let kernel = ProductKernel.all.first { $0.types.contains(target) }
        let written = kernel?.weightBytes(rows: tensorRows, columns: columns) ?? read
        return KernelOperation(
            "retile \(type.rawValue)" + (precision == .native ? "" : " to \(precision.rawValue)"),
            shape: "[\(tensorRows), \(columns)]",
            work: KernelWork(bytes: read + written, operations: 0), hasSets: false
        ) { _ in
            let part = WeightPart(try Tensor.random(type, rows: tensorRows, columns: columns))
            return PreparedKernel(run: { _ = try $0.makeMatrix([part], precision: precision) })
        }
    }
}
