/// A block of one row between its file format and its tile: integers, and the scales they share.
///
/// The weight at column c is d·a·q[c] + m·b, with a and b those of its 16 columns; formats with one level of
/// scales have a = b = 1. `q` is what the tile stores: 0...15 for the nibble layouts, signed bytes otherwise.
@unsafe struct UnpackedBlock {
    /// f16 bits.
    var d: UInt16 = 0
    /// f16 bits; formats that subtract their minimum negate it here.
    var m: UInt16 = 0
    /// Sub-scales and sub-minimums per 16 columns, 16 for a block of 256.
    let a: UnsafeMutablePointer<Int8>
    let b: UnsafeMutablePointer<Int8>
    /// One for each column.
    let q: UnsafeMutablePointer<Int8>

    /// Bytes of memory that a block works in.
    static let memoryBytes = 16 + 16 + 256

    /// A block over `memoryBytes` bytes of somebody's memory.
    init(memory: UnsafeMutableRawPointer) {
        let bytes = unsafe memory.assumingMemoryBound(to: Int8.self)
        unsafe a = bytes
        unsafe b = bytes + 16
        unsafe q = bytes + 32
    }
}
