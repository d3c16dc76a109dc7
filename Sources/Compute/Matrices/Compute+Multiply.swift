import Kernels

extension Compute {
    /// Products of a matrix with some rows of activations:  y[r] = w · x[r], or y[r] += w · x[r].
    ///
    ///     w (outputs, inputs), x (≥ rows, inputs), y (≥ rows, outputs)
    ///
    /// Threads take pieces of a few row groups, each from its own share first. An output is one sum in an order that the
    /// shape of the matrix fixes, so its bits depend neither on the threads nor on the rows beside it.
    ///
    /// - Precondition: the rows are in both matrices, x and y are not the same and have the columns that w asks for.
    public func multiply(
        _ w: WeightMatrix, _ x: Activations, rows: Range<Int>, into y: Activations, accumulate: Bool = false
    ) {
        precondition(x !== y, "a product cannot stand where its factor does")
        precondition(x.columns >= w.inputs && y.columns >= w.outputs, "too few columns")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= min(x.rows, y.rows), "rows out of range")
        if rows.isEmpty { return }
        if inputSquares.isSumming { inputSquares.add(x, rows: rows, meeting: w, pool) }
        let alone = ProductPlan(compute: self, tokens: rows.count, expands: false)
        let privateBytes = unsafe QuantizedRows.bytes(w, alone)
        if privateBytes <= Self.privateBytes {
            scratch.reservePerThread(max(privateBytes, OpenBLAS.scratchBytes))
            let product = TiledProduct(w: w, plan: alone, rows: rows, y: y, accumulates: accumulate, dealtBy: pool)
            pool.run(PrivateProduct(product: product, x: x), as: .product(w, tokens: rows.count))
        } else {
            let plan = ProductPlan(compute: self, tokens: rows.count, expands: true)
            scratch.reservePerThread(max(OpenBLAS.scratchBytes, plan.expandedBytes(w)))
            let activations = unsafe QuantizedRows(
                w, x, rows: rows, memory: scratch.sharedBytes(QuantizedRows.bytes(w, plan)), plan)
            unsafe pool.split(
                rows.count, Quantization(kernels: kernels.multiply, activations: activations),
                as: .rows("quantise", tokens: rows.count, columns: w.inputs))
            let product = TiledProduct(w: w, plan: plan, rows: rows, y: y, accumulates: accumulate, dealtBy: pool)
            unsafe pool.run(
                SharedProduct(product: product, activations: activations), as: .product(w, tokens: rows.count))
        }
    }

    /// Quantised activations up to this size are made by each thread for itself; 3 µs of work.
    private static var privateBytes: Int { 16 << 10 }
}

/// A product with so few activations that every thread had better quantise all of them than wait for the others.
private struct PrivateProduct: Region {
    let product: TiledProduct
    let x: Activations

    func run(thread index: Int) {
        let compute = product.plan.compute
        let memory = unsafe compute.scratch.bytes(ofThread: index)
        let activations = unsafe QuantizedRows(product.w, x, rows: product.rows, memory: memory, product.plan)
        unsafe activations.quantize(0..<product.rows.count, compute.kernels.multiply)
        unsafe product.multiplyShare(ofThread: index, activations)
    }
}

/// Quantises the activations that all threads share; items are tokens.
@unsafe private struct Quantization: ItemLoop {
    let kernels: MultiplyKernels
    let activations: QuantizedRows

    func run(items tokens: Range<Int>) { unsafe activations.quantize(tokens, kernels) }
}

/// A product with activations that are quantised already.
@unsafe private struct SharedProduct: Region {
    let product: TiledProduct
    let activations: QuantizedRows

    func run(thread index: Int) { unsafe product.multiplyShare(ofThread: index, activations) }
}
