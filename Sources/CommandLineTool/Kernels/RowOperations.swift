import Compute
import Tensors

/// What works on rows of activations, for one and for a chunk of them.
enum RowOperations {
    static func all(_ shapes: KernelShapes) -> [KernelOperation] {
        [1, shapes.chunk].flatMap { rows in
            Compute.QuantizedForm.allCases.map { quantize($0, rows, shapes) }
                + [rmsNorm(rows, shapes), swiGLU(rows, shapes), rotate(rows, shapes), add(rows, shapes)]
        }
    }

    private static func shape(_ rows: Int, _ columns: Int) -> String { "[\(rows), \(columns)]" }

    private static func isSplit(_ rows: Int, _ columns: Int) -> Bool {
        rows * columns >= Compute.smallestParallelWork
    }

    private static func quantize(_ form: Compute.QuantizedForm, _ rows: Int, _ shapes: KernelShapes) -> KernelOperation
    {
        let columns = shapes.hidden
        return KernelOperation(
            "quantise to \(form.rawValue)", shape: shape(rows, columns),
            // Magnitude, maximum, product, two bounds, rounding, sum.
            work: KernelWork(
                bytes: rows * (4 * columns + form.rowBytes(columns: columns)), operations: 7 * rows * columns),
            label: rows == 1 || form == .int16 ? nil : "quantise", isSplit: isSplit(rows, columns)
        ) { _ in
            let x = Activations.random(rows: rows, columns: columns)
            return PreparedKernel(
                run: { $0.quantize(x, rows: 0..<rows, to: form) },
                output: { .bytes($0.quantizedBytes(x, rows: 0..<rows, to: form)) })
        }
    }

    private static func rmsNorm(_ rows: Int, _ shapes: KernelShapes) -> KernelOperation {
        let columns = shapes.hidden
        return KernelOperation(
            "rms norm", shape: shape(rows, columns),
            work: KernelWork(bytes: 4 * columns * (2 * rows + 1), operations: 4 * rows * columns),
            label: rows == 1 ? nil : "RMS norm", isSplit: isSplit(rows, columns),
            bound: KernelOperation.sumBound(columns)
        ) { _ in
            let x = Activations.random(rows: rows, columns: columns)
            let y = Activations(rows: rows, columns: columns)
            let weight = WeightVector(try Tensor.random(.f32, rows: 1, columns: columns))
            func norm(_ compute: Compute, into y: Activations) {
                compute.rmsNorm(x, rows: 0..<rows, weight: weight, epsilon: 1e-5, into: y)
            }
            return PreparedKernel(run: { norm($0, into: y) }) { compute in
                let fresh = Activations(rows: rows, columns: columns)
                norm(compute, into: fresh)
                return .floats(fresh.elements)
            }
        }
    }

    private static func swiGLU(_ rows: Int, _ shapes: KernelShapes) -> KernelOperation {
        let columns = shapes.intermediate
        return KernelOperation(
            "swiglu", shape: shape(rows, columns),
            // Besides the exponential: a sign, an addition, a division, a product.
            work: KernelWork(
                bytes: 12 * rows * columns, operations: (KernelWork.exponential + 4) * rows * columns),
            label: rows == 1 ? nil : "SwiGLU",
            // Twice the bound of 6 ulp that each set keeps to.
            bound: 12 * Double(Float.ulpOfOne)
        ) { _ in
            let x = Activations.random(rows: rows, columns: 2 * columns)
            let y = Activations(rows: rows, columns: columns)
            return PreparedKernel(run: { $0.swiGLU(x, rows: 0..<rows, into: y) }) { compute in
                let fresh = Activations(rows: rows, columns: columns)
                compute.swiGLU(x, rows: 0..<rows, into: fresh)
                return .floats(fresh.elements)
            }
        }
    }

    private static func rotate(_ rows: Int, _ shapes: KernelShapes) -> KernelOperation {
        let columns = shapes.heads * shapes.headSize
        return KernelOperation(
            "rotate", shape: "[\(rows), \(shapes.heads), \(shapes.headSize)]",
            work: KernelWork(bytes: rows * 4 * (columns + shapes.headSize), operations: 3 * rows * columns),
            label: rows == 1 ? nil : "rotary", isSplit: isSplit(rows, columns), bound: 4 * Double(Float.ulpOfOne)
        ) { _ in
            // In place, over and over: a rotation keeps every pair's length.
            let x = Activations.random(rows: rows, columns: columns)
            let table = RotaryTable(
                frequencies: (0..<shapes.headSize / 2).map { 1 / Double($0 + 1) }, attentionFactor: 1,
                positions: rows + 1)
            let positions = Array(1...rows)
            func rotate(_ x: Activations, _ compute: Compute) {
                compute.rotate(
                    x, rows: 0..<rows, positions: positions, firstColumn: 0, headCount: shapes.heads,
                    headSize: shapes.headSize, table: table)
            }
            return PreparedKernel(run: { rotate(x, $0) }) { compute in
                let fresh = Activations.random(rows: rows, columns: columns)
                rotate(fresh, compute)
                return .floats(fresh.elements)
            }
        }
    }

    private static func add(_ rows: Int, _ shapes: KernelShapes) -> KernelOperation {
        let columns = shapes.hidden
        return KernelOperation(
            "add", shape: shape(rows, columns),
            work: KernelWork(bytes: 8 * rows * columns, operations: rows * columns),
            label: rows == 1 ? nil : "add", isSplit: isSplit(rows, columns)
        ) { _ in
            let x = Activations.random(rows: rows, columns: columns)
            let y = Activations(rows: rows, columns: columns)
            return PreparedKernel(run: { $0.add(x, rows: 0..<rows, into: y) }) { compute in
                let sum = Activations.random(rows: rows, columns: columns, seed: 9)
                compute.add(x, rows: 0..<rows, into: sum)
                return .floats(sum.elements)
            }
        }
    }
}
