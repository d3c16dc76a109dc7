public import Tensors

extension TileLayout {
    /// The layout that keeps every value of a file's type; what it costs in memory stands beside it.
    public init(keeping type: ElementType) {
        self =
            switch type {
            case .f32: .f32
            case .f16: .f16
            case .bf16: .bf16
            case .q4_0: .nibble  // 4.5 bits a weight, as in the file
            case .q4_1: .nibbleMin  // 5
            case .q4_K: .nibbleK  // 4.625; 4.5 in the file
            case .q5_0, .q8_0, .iq4_NL: .byte  // 8.5; 5.5, 8.5 and 4.5 in the file
            case .q5_1: .byteMin  // 9; 6
            case .q5_K, .iq4_XS: .byteK  // 8.625; 5.5 and 4.25
            case .q6_K, .q3_K: .byteK16  // 8.56; 6.56 and 3.44
            case .q2_K: .byteK16Min  // 9.125; 2.625
            }
    }

    /// Columns of a block with its header: what a row of this layout is a multiple of.
    public var blockColumns: Int {
        switch self {
        case .nibble, .nibbleMin, .byte, .byteMin: 32
        case .word: 64
        case .nibbleK, .byteK, .byteK16, .byteK16Min: 256
        case .f32, .f16, .bf16: 1
        }
    }
}

/// Re-tiles eight rows of a file's type to the layout that keeps its values, at load.
///
/// - Shapes: `rows` (8 pointers to rows of `columns / type.blockLength` blocks); `destination` a group of
///   `TileLayout(keeping: type)`. A missing row is a pointer to zero bytes, which mean zero in every type.
/// - Error: none; scales, minimums and integers keep their bits (but for the sign of a subtracted minimum).
/// - Threads: by groups.
@unsafe public func retileGroup(
    _ type: ElementType, rows: UnsafePointer<UnsafeRawPointer>, columns: Int, into destination: UnsafeMutableRawPointer
) {
    switch type {
    case .q4_0: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ4_0($1) }
    case .q4_1: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ4_1($1) }
    case .q5_0: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ5_0($1) }
    case .q5_1: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ5_1($1) }
    case .q8_0: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ8_0($1) }
    case .iq4_NL: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackIQ4_NL($1) }
    case .q2_K: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ2_K($1) }
    case .q3_K: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ3_K($1) }
    case .q4_K: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ4_K($1) }
    case .q5_K: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ5_K($1) }
    case .q6_K: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackQ6_K($1) }
    case .iq4_XS: unsafe retile(type, rows, columns, destination) { unsafe $0.unpackIQ4_XS($1) }
    case .f32: unsafe interleave(rows, columns, into: destination, as: UInt32.self)
    case .f16, .bf16: unsafe interleave(rows, columns, into: destination, as: UInt16.self)
    }
}

@unsafe @inline(__always)
private func retile(
    _ type: ElementType, _ rows: UnsafePointer<UnsafeRawPointer>, _ columns: Int,
    _ destination: UnsafeMutableRawPointer, _ unpack: (inout UnpackedBlock, UnsafeRawPointer) -> Void
) {
    let layout = TileLayout(keeping: type)
    let sourceBytes = type.blockBytes
    let tileBytes = layout.groupBytes(columns: type.blockLength)
    unsafe withUnsafeTemporaryAllocation(byteCount: UnpackedBlock.memoryBytes, alignment: 16) { memory in
        var block = unsafe UnpackedBlock(memory: memory.baseAddress!)
        for index in 0..<columns / type.blockLength {
            for row in 0..<TileLayout.rows {
                unsafe unpack(&block, rows[row] + index * sourceBytes)
                unsafe block.pack(row: row, as: layout, into: destination + index * tileBytes)
            }
        }
    }
}

/// Interleaves eight rows of elements that keep their bits.
@unsafe @inline(__always)
private func interleave<Bits: FixedWidthInteger>(
    _ rows: UnsafePointer<UnsafeRawPointer>, _ columns: Int, into destination: UnsafeMutableRawPointer, as: Bits.Type
) {
    let size = MemoryLayout<Bits>.size
    for row in 0..<TileLayout.rows {
        let source = unsafe rows[row]
        let out = unsafe destination + row * size
        for column in 0..<columns {
            let bits = unsafe source.loadUnaligned(fromByteOffset: column * size, as: Bits.self)
            unsafe out.storeBytes(of: bits, toByteOffset: column * TileLayout.rows * size, as: Bits.self)
        }
    }
}

/// Interleaves eight rows of floats, narrowed to a dense layout's type where it has 16 bits.
///
/// - Shapes: `rows` (8, columns) with no gap between rows.
/// - Error: none for `f32`, and none where the floats came from the layout's own type; else round to nearest even.
/// - Threads: by groups.
@unsafe public func retileDenseGroup(
    _ layout: TileLayout, rows: UnsafePointer<Float>, columns: Int, into destination: UnsafeMutableRawPointer
) {
    switch layout {
    case .f16: unsafe interleave(rows, columns, into: destination) { Half.bits($0) }
    case .bf16: unsafe interleave(rows, columns, into: destination) { BFloat16.bits($0) }
    default: unsafe interleave(rows, columns, into: destination) { $0.bitPattern }
    }
}

@unsafe @inline(__always)
private func interleave<Bits: FixedWidthInteger>(
    _ rows: UnsafePointer<Float>, _ columns: Int, into destination: UnsafeMutableRawPointer, _ bits: (Float) -> Bits
) {
    for row in 0..<TileLayout.rows {
        let source = unsafe rows + row * columns
        let out = unsafe destination.assumingMemoryBound(to: Bits.self) + row
        for column in 0..<columns { unsafe out[column * TileLayout.rows] = bits(source[column]) }
    }
}
