import Kernels
import Tensors

/// The rows of stacked parts, found by their number, on their way into tiles.
@unsafe struct RowSource {
    private let parts: [WeightPart]
    /// As many zero bytes as the widest row has: what pads the last group.
    private let zeros: UnsafeRawPointer
    private let columns: Int

    init(_ parts: [WeightPart], zeros: UnsafeMutableRawPointer, zeroBytes: Int) {
        unsafe self.parts = parts
        unsafe zeros.initializeMemory(as: UInt8.self, repeating: 0, count: zeroBytes)
        unsafe self.zeros = UnsafeRawPointer(zeros)
        unsafe self.columns = parts[0].tensor.shape.columns
    }

    /// Re-tiles the eight rows from `firstRow` on, those past the last one as zeros.
    ///
    /// - Parameters:
    ///   - keepsElements: whether the file's type is kept, instead of going through floats.
    ///   - blocksPerScale: blocks of 32 columns that share a scale where weights are quantised.
    ///   - floats: room for eight rows.
    /// - Returns: whether every weight is a number that the layout can hold; always, where elements are kept or words.
    func retile(
        firstRow: Int, _ layout: TileLayout, keepsElements: Bool, blocksPerScale: Int,
        floats: UnsafeMutablePointer<Float>, into destination: UnsafeMutableRawPointer
    ) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: TileLayout.rows) { pointers in
            var type = unsafe parts[0].tensor.type
            for slot in 0..<TileLayout.rows {
                let found = unsafe row(firstRow + slot)
                unsafe pointers.initializeElement(at: slot, to: found?.bytes ?? zeros)
                type = unsafe found?.type ?? type
                if !keepsElements {
                    unsafe dequantizeRow(
                        type: type, pointers[slot], into: floats + slot * columns, count: columns)
                }
            }
            if keepsElements {
                unsafe retileGroup(type, rows: pointers.baseAddress!, columns: columns, into: destination)
                return true
            }
            if layout == .word {
                // A weight that is not finite stays one that every product shows, as in the file.
                unsafe retileWordGroup(rows: floats, columns: columns, into: destination)
                return true
            }
            let weights = unsafe UnsafeBufferPointer(start: floats, count: TileLayout.rows * columns)
            guard unsafe weights.allSatisfy({ $0.magnitude <= layout.largestWeight }) else { return false }
            switch layout {
            case .byte:
                unsafe quantizeGroupInt8(
                    rows: floats, columns: columns, blocksPerScale: blocksPerScale, into: destination)
            case .nibble:
                unsafe quantizeGroupInt4(
                    rows: floats, columns: columns, blocksPerScale: blocksPerScale, into: destination)
            case .nibbleMin:
                unsafe quantizeGroupInt4Min(
                    rows: floats, columns: columns, blocksPerScale: blocksPerScale, into: destination)
            default: unsafe retileDenseGroup(layout, rows: floats, columns: columns, into: destination)
            }
            return true
        }
    }

    /// Where a row's bytes stand and what type they are, nil past the last row.
    private func row(_ index: Int) -> (bytes: UnsafeRawPointer, type: ElementType)? {
        var index = index
        for part in unsafe parts {
            if index < part.tensor.shape.rows {
                guard let base = unsafe part.tensor.bytes.baseAddress else { return nil }
                return unsafe (base + part.sourceRow(of: index) * part.tensor.rowBytes, part.tensor.type)
            }
            index -= part.tensor.shape.rows
        }
        return nil
    }
}

extension TileLayout {
    /// The largest magnitude of a weight that goes into the layout by way of floats. Weights in BF16 may lie outside the
    /// range of F16, and would become infinities.
    var largestWeight: Float {
        switch self {
        case .f16: 65_504
        // The scale is an F16.
        case .nibble: 7 * 65_504
        // The minimum, too.
        case .nibbleMin: 65_504
        case .byte: 127 * 65_504
        default: .greatestFiniteMagnitude
        }
    }
}
