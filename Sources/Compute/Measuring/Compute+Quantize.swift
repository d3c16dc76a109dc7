import Kernels

/// Activations as integers, which every product makes for itself: here alone, to be timed.
extension Compute {
    /// The forms that activations are quantised to.
    package enum QuantizedForm: String, CaseIterable, Sendable {
        case int8, int16, split, int15

        fileprivate var activation: TileLayout.Activation {
            switch self {
            case .int8: .int8
            case .int16: .int16
            case .split: .split
            case .int15: .int15
            }
        }

        /// Bytes of a row of so many columns.
        package func rowBytes(columns: Int) -> Int { ActivationBlock.rowBytes(columns: columns, activation) }
    }

    /// Quantises some rows into memory that the next call uses again.
    package func quantize(_ x: Activations, rows: Range<Int>, to form: QuantizedForm) {
        x.require(rows: rows)
        let rowBytes = form.rowBytes(columns: x.columns)
        let memory = unsafe scratch.sharedBytes(rows.count * rowBytes)
        let (kernel, block) = unsafe (
            kernels.multiply.quantize(to: form.activation), ActivationBlock.bytes(form.activation)
        )
        let quantize = { (items: Range<Int>) in
            for item in items {
                let (source, row) = unsafe (x.pointer(row: rows.lowerBound + item), memory + item * rowBytes)
                unsafe kernel(source, x.columns, row, block)
            }
        }
        if rows.count * x.columns < Self.smallestParallelWork {
            quantize(0..<rows.count)
        } else {
            pool.run { quantize(WorkerPool.share(of: rows.count, index: $0, among: threadCount)) }
        }
    }

    /// As ``quantize(_:rows:to:)``, and the bytes that it wrote.
    package func quantizedBytes(_ x: Activations, rows: Range<Int>, to form: QuantizedForm) -> [UInt8] {
        quantize(x, rows: rows, to: form)
        let count = rows.count * form.rowBytes(columns: x.columns)
        return unsafe Array(UnsafeRawBufferPointer(start: scratch.sharedBytes(count), count: count))
    }
}
