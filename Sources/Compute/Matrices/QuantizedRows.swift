import Kernels

/// The activations of some tokens in every form that a matrix' tiles read them in.
///
/// Integers are written to scratch memory, in panels of as many tokens as a call of the kernels takes; the dense
/// layouts read the floats where they are.
@unsafe struct QuantizedRows {
    private let x: Activations
    private let firstRow: Int
    private let count: Int
    private let columns: Int
    private let int8: Panels?
    private let int16: Panels?
    private let split: Panels?
    private let words: Panels?
    private let int15: Panels?

    /// Bytes of the integers of a plan's tokens for a matrix, 0 where all its tiles read floats.
    static func bytes(_ w: WeightMatrix, _ plan: ProductPlan) -> Int {
        func bytes(_ form: TileLayout.Activation) -> Int {
            plan.reads(form, w) ? plan.tokens * ActivationBlock.rowBytes(columns: w.inputs, form) : 0
        }
        return bytes(.int8) + bytes(.int16) + bytes(.split) + bytes(.words) + bytes(.int15)
    }

    /// The rows of `x`, to be written to `memory` (``bytes(_:_:)`` of it).
    init(
        _ w: WeightMatrix, _ x: Activations, rows: Range<Int>, memory: UnsafeMutableRawPointer?, _ plan: ProductPlan
    ) {
        unsafe self.x = x
        unsafe firstRow = rows.lowerBound
        unsafe count = rows.count
        unsafe columns = w.inputs
        var free = unsafe memory
        func panels(_ form: TileLayout.Activation) -> Panels? {
            guard plan.reads(form, w), let base = unsafe free else { return nil }
            let rowBytes = ActivationBlock.rowBytes(columns: w.inputs, form)
            unsafe free = base + rows.count * rowBytes
            return unsafe Panels(
                base: base, count: rows.count, width: plan.compute.kernels.multiply.tokensPerCall(form),
                blockBytes: ActivationBlock.bytes(form), rowBytes: rowBytes)
        }
        unsafe int8 = panels(.int8)
        unsafe int16 = panels(.int16)
        unsafe split = panels(.split)
        unsafe words = panels(.words)
        unsafe int15 = panels(.int15)
    }

    /// Quantises the tokens with these numbers, counted from 0.
    func quantize(_ tokens: Range<Int>, _ kernels: MultiplyKernels) {
        for token in tokens {
            let source = unsafe x.pointer(row: firstRow + token)
            func quantize(_ panels: Panels?, _ kernel: QuantizeActivationsKernel) {
                guard let (row, stride) = unsafe panels?.row(ofToken: token) else { return }
                unsafe kernel(source, columns, row, stride)
            }
            unsafe quantize(int8, kernels.quantizeInt8)
            unsafe quantize(int16, kernels.quantizeInt16)
            unsafe quantize(split, kernels.quantizeSplit)
            unsafe quantize(words, kernels.quantizeInt16)
            unsafe quantize(int15, kernels.quantizeInt15)
        }
    }

    /// Where the activations of some tokens begin, of which the first is the first of a panel, and how far it is to the
    /// next token's floats.
    func activations(_ form: TileLayout.Activation, token: Int) -> (start: UnsafeRawPointer, stride: Int) {
        switch form {
        case .int8: return unsafe (UnsafeRawPointer(int8!.row(ofToken: token).start), 0)
        case .int16: return unsafe (UnsafeRawPointer(int16!.row(ofToken: token).start), 0)
        case .split: return unsafe (UnsafeRawPointer(split!.row(ofToken: token).start), 0)
        case .words: return unsafe (UnsafeRawPointer(words!.row(ofToken: token).start), 0)
        case .int15: return unsafe (UnsafeRawPointer(int15!.row(ofToken: token).start), 0)
        case .f32: return unsafe (UnsafeRawPointer(x.pointer(row: firstRow + token)), 4 * x.stride)
        }
    }
}

/// Quantised rows, `width` tokens side by side block by block (see ``ActivationBlock``), the last panel with what is left.
@unsafe private struct Panels {
    let base: UnsafeMutableRawPointer
    let count: Int
    let width: Int
    let blockBytes: Int
    /// Bytes of all blocks of a row.
    let rowBytes: Int

    /// Where the first block of a token stands, and how far it is to its next.
    func row(ofToken token: Int) -> (start: UnsafeMutableRawPointer, blockStride: Int) {
        let first = unsafe token / width * width
        let tokens = unsafe min(width, count - first)
        let offset = unsafe first * rowBytes + (token - first) * blockBytes
        return unsafe (base + offset, tokens * blockBytes)
    }
}
