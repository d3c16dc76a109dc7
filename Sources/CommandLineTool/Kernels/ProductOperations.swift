import Compute
import Tensors

/// Products with weights in every layout: for a token, a small batch, and a chunk of a prompt.
enum ProductOperations {
    /// A token for each of a few sequences that are served together, or of a draft that is checked.
    private static let batch = 4

    static func all(_ shapes: KernelShapes) -> [KernelOperation] {
        ProductKernel.all.flatMap { kernel in
            [
                product(kernel, rows: shapes.intermediate, tokens: 1, shapes),
                product(kernel, rows: shapes.intermediate, tokens: batch, shapes),
                product(kernel, rows: shapes.hidden, tokens: shapes.chunk, shapes),
            ]
        }
    }

    private static func product(
        _ kernel: ProductKernel, rows: Int, tokens: Int, _ shapes: KernelShapes
    ) -> KernelOperation {
        let columns = shapes.hidden
        let weightBytes = kernel.weightBytes(rows: rows, columns: columns)
        // A prompt's chunk uses its weights again and again; a few tokens use them once, and so read them from memory.
        let count = tokens == shapes.chunk ? 1 : shapes.piecesOfStream(weightBytes)
        let bytes = weightBytes + 4 * tokens * (columns + rows)
        let type = kernel.types[0]
        return KernelOperation(
            "multiply \(kernel.name) (\(type.rawValue))",
            shape: "[\(rows), \(columns)] × \(tokens == 1 ? "1 token" : "\(tokens) tokens")",
            work: KernelWork(
                bytes: bytes, operations: 2 * rows * columns * tokens, arithmetic: kernel.arithmetic,
                workingSet: bytes + (count - 1) * weightBytes),
            label: labelled.contains(type) ? "\(type.rawValue) × \(tokens)" : nil,
            bound: KernelOperation.sumBound(columns)
        ) { compute in
            let matrices = try matrices(type, rows: rows, columns: columns, count: count, compute)
            let x = Activations.random(rows: tokens, columns: columns)
            let y = Activations(rows: tokens, columns: rows)
            let turn = Turn(of: count)
            return PreparedKernel(
                run: { $0.multiply(matrices[turn.next()], x, rows: 0..<tokens, into: y) },
                output: { compute in
                    let fresh = Activations(rows: tokens, columns: rows)
                    compute.multiply(matrices[0], x, rows: 0..<tokens, into: fresh)
                    return .floats(fresh.elements)
                })
        }
    }

    /// The types that stand for the others in a picture.
    private static let labelled: Set<ElementType> = [.q4_0, .q8_0, .f16, .f32]

    /// Matrices of equal values in memory of their own, each a few random rows many times over.
    private static func matrices(
        _ type: ElementType, rows: Int, columns: Int, count: Int, _ compute: Compute
    ) throws -> [WeightMatrix] {
        let randomRows = 256
        let part = WeightPart(try Tensor.random(type, rows: randomRows, columns: columns))
        let small = try compute.makeMatrix([part], precision: .native)
        return try (0..<count).map { _ in try compute.stack(small, times: rows / randomRows) }
    }
}
