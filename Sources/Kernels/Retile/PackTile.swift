/// Writes blocks of eight rows into a group of a ``TileLayout``.
///
/// `destination` is where the header of the block (of 32 columns, or of 256 for the K layouts) begins.
extension UnpackedBlock {
    /// - Parameters:
    ///   - row: 0..<8, the row of the group that this block is of.
    ///   - layout: a quantised one.
    @inline(__always)
    func pack(row: Int, as layout: TileLayout, into destination: UnsafeMutableRawPointer) {
        unsafe (destination + 2 * row).storeBytes(of: d, as: UInt16.self)
        switch layout {
        case .nibble:
            unsafe packNibbles(row, block: 0, into: destination + 16)
        case .nibbleMin:
            unsafe packMinimum(row, into: destination)
            unsafe packNibbles(row, block: 0, into: destination + 32)
        case .nibbleK:
            unsafe packMinimum(row, into: destination)
            for block in 0..<8 {
                let header = unsafe destination + 32 + block * (16 + 128)
                unsafe packPairs(row, group: 2 * block, into: header, minimums: header + 8)
                unsafe packNibbles(row, block: block, into: header + 16)
            }
        case .byte:
            unsafe packBytes(row, block: 0, into: destination + 16)
        case .byteMin:
            unsafe packMinimum(row, into: destination)
            unsafe packBytes(row, block: 0, into: destination + 32)
        case .byteK:
            unsafe packMinimum(row, into: destination)
            for block in 0..<8 {
                let header = unsafe destination + 32 + block * (16 + 256)
                unsafe packPairs(row, group: 2 * block, into: header, minimums: header + 8)
                unsafe packBytes(row, block: block, into: header + 16)
            }
        case .byteK16:
            for block in 0..<8 {
                let header = unsafe destination + 16 + block * (16 + 256)
                for half in 0..<2 {
                    unsafe header.storeBytes(of: a[2 * block + half], toByteOffset: 8 * half + row, as: Int8.self)
                }
                unsafe packBytes(row, block: block, into: header + 16)
            }
        case .byteK16Min:
            unsafe packMinimum(row, into: destination)
            for block in 0..<8 {
                let header = unsafe destination + 32 + block * (32 + 256)
                for half in 0..<2 {
                    unsafe packPairs(
                        row, group: 2 * block + half, into: header + 8 * half, minimums: header + 16 + 8 * half)
                }
                unsafe packBytes(row, block: block, into: header + 32)
            }
        case .word, .f32, .f16, .bf16:
            preconditionFailure("a layout of what was floats has no blocks of a file")
        }
    }

    @inline(__always) private func packMinimum(_ row: Int, into destination: UnsafeMutableRawPointer) {
        unsafe (destination + 16 + 2 * row).storeBytes(of: m, as: UInt16.self)
    }

    @inline(__always) private func packPairs(
        _ row: Int, group: Int, into scales: UnsafeMutableRawPointer, minimums: UnsafeMutableRawPointer
    ) {
        unsafe scales.storeBytes(of: a[group], toByteOffset: row, as: Int8.self)
        unsafe minimums.storeBytes(of: b[group], toByteOffset: row, as: Int8.self)
    }

    @inline(__always) private func packNibbles(_ row: Int, block: Int, into destination: UnsafeMutableRawPointer) {
        let source = unsafe UnsafeRawPointer(q + 32 * block)
        let low = unsafe source.loadUnaligned(as: SIMD4<UInt32>.self)
        let high = unsafe source.loadUnaligned(fromByteOffset: 16, as: SIMD4<UInt32>.self)
        let words = low | high &<< 4
        for v in 0..<4 { unsafe (destination + 32 * v + 4 * row).storeBytes(of: words[v], as: UInt32.self) }
    }

    @inline(__always) private func packBytes(_ row: Int, block: Int, into destination: UnsafeMutableRawPointer) {
        let source = unsafe UnsafeRawPointer(q + 32 * block)
        let words = unsafe source.loadUnaligned(as: SIMD8<UInt32>.self)
        let slot = TileLayout.byteRow(row)
        for v in 0..<8 { unsafe (destination + 32 * v + 4 * slot).storeBytes(of: words[v], as: UInt32.self) }
    }
}
