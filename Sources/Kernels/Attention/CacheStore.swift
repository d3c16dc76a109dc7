/// Writes keys and values of one head for consecutive positions of one page, as floats.
///
/// `keys[d][slot + r] = k[r][d]`, `values[slot + r][d] = v[r][d]`
///
///     source k, v   rows × headSize floats, `stride` floats from row to row
///     page          see ``AttentionPageLayout``
///
/// - Precondition: slot + rows ≤ 64.
/// - Error: none for floats; half a unit of binary16's last place otherwise, and ±∞ beyond 65,504.
/// - Threads: none; callers split by heads.
func storeCacheF32(_ call: CacheStoreCall) { unsafe storeCache(call, as: Float.self) }

/// As ``storeCacheF32(_:)``, rounding to binary16, ties to even.
func storeCacheF16(_ call: CacheStoreCall) { unsafe storeCache(call, as: HalfBits.self) }

/// What a store kernel reads and writes.
@unsafe public struct CacheStoreCall {
    public var keys: UnsafePointer<Float>
    public var values: UnsafePointer<Float>
    /// Floats from one row to the next.
    public var stride: Int
    public var rows: Int
    public var headSize: Int
    public var valueStride: Int
    /// The keys of the head in its page, and its values.
    public var keyPage: UnsafeMutableRawPointer
    public var valuePage: UnsafeMutableRawPointer
    /// The slot of the first row.
    public var slot: Int

    public init(
        keys: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int, rows: Int, headSize: Int,
        valueStride: Int, keyPage: UnsafeMutableRawPointer, valuePage: UnsafeMutableRawPointer, slot: Int
    ) {
        unsafe self.keys = keys
        unsafe self.values = values
        unsafe self.stride = stride
        unsafe self.rows = rows
        unsafe self.headSize = headSize
        unsafe self.valueStride = valueStride
        unsafe self.keyPage = keyPage
        unsafe self.valuePage = valuePage
        unsafe self.slot = slot
    }
}

@inline(__always)
private func storeCache<Element: CacheElement>(_ call: CacheStoreCall, as element: Element.Type) {
    let positions = AttentionPageLayout.positions
    let keyPage = unsafe call.keyPage.assumingMemoryBound(to: Element.self)
    let valuePage = unsafe call.valuePage.assumingMemoryBound(to: Element.self)
    for row in 0..<(unsafe call.rows) {
        let slot = unsafe call.slot + row
        let key = unsafe call.keys + row * call.stride
        let value = unsafe call.values + row * call.stride
        let valueRow = unsafe valuePage + slot * call.valueStride
        for d in 0..<(unsafe call.headSize) {
            unsafe keyPage[d * positions + slot] = Element(rounding: key[d])
            unsafe valueRow[d] = Element(rounding: value[d])
        }
    }
}
