import Kernels

/// The activations of some tokens in every form that a matrix' tiles read them in.
///
/// Integers are written to scratch memory; the dense layouts read the floats where they are.
@unsafe struct QuantizedRows {
    private let x: Activations
    private let firstRow: Int
    private let count: Int
    private let columns: Int
    private let terms: Int
    private let int8: UnsafeMutableRawPointer?
    private let int16: UnsafeMutableRawPointer?

    /// Bytes of the integers of `count` tokens for a matrix, 0 where all its tiles read floats.
    static func bytes(_ w: WeightMatrix, count: Int) -> Int {
        unsafe int8Bytes(w, count: count) + int16Bytes(w, count: count)
    }

    private static func int8Bytes(_ w: WeightMatrix, count: Int) -> Int {
        guard w.tiles.contains(where: { $0.layout.activation == .int8 }) else { return 0 }
        return count * w.activationTerms * ActivationBlock.rowBytes(columns: w.inputs, .int8)
    }

    private static func int16Bytes(_ w: WeightMatrix, count: Int) -> Int {
        guard w.tiles.contains(where: { $0.layout.activation == .int16 }) else { return 0 }
        return count * ActivationBlock.rowBytes(columns: w.inputs, .int16)
    }

    /// The rows of `x`, to be written to `memory` (``bytes(_:count:)`` of it).
    init(_ w: WeightMatrix, _ x: Activations, rows: Range<Int>, memory: UnsafeMutableRawPointer?) {
        unsafe self.x = x
        unsafe firstRow = rows.lowerBound
        unsafe count = rows.count
        unsafe columns = w.inputs
        unsafe terms = w.activationTerms
        let int8Bytes = unsafe Self.int8Bytes(w, count: rows.count)
        unsafe int8 = int8Bytes > 0 ? memory : nil
        unsafe int16 = Self.int16Bytes(w, count: rows.count) > 0 ? memory.map { unsafe $0 + int8Bytes } : nil
    }

    /// Quantises the tokens with these numbers, counted from 0.
    func quantize(_ tokens: Range<Int>, _ kernels: MultiplyKernels) {
        for token in tokens {
            let source = unsafe x.pointer(row: firstRow + token)
            if let int8 = unsafe int8 {
                let bytes = unsafe ActivationBlock.rowBytes(columns: columns, .int8)
                let destination = unsafe int8 + token * terms * bytes
                unsafe kernels.quantizeInt8(source, columns, destination, terms == 2 ? destination + bytes : nil)
            }
            if let int16 = unsafe int16 {
                let bytes = unsafe ActivationBlock.rowBytes(columns: columns, .int16)
                unsafe kernels.quantizeInt16(source, columns, int16 + token * bytes)
            }
        }
    }

    /// Where a token's activations begin and how far it is to the next row of them, of which a token has
    /// `activationTerms` for the nibble layouts.
    func activations(_ form: TileLayout.Activation, token: Int) -> (start: UnsafeRawPointer, stride: Int) {
        let bytes = unsafe ActivationBlock.rowBytes(columns: columns, form)
        switch form {
        case .int8: return unsafe (UnsafeRawPointer(int8! + token * terms * bytes), bytes)
        case .int16: return unsafe (UnsafeRawPointer(int16! + token * bytes), bytes)
        case .f32: return unsafe (UnsafeRawPointer(x.pointer(row: firstRow + token)), 4 * x.stride)
        }
    }
}
