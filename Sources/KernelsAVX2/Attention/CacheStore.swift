import Kernels

/// Writes keys and values of one head into a page, as floats; the contract is the portable one's, to the bit.
func storeCacheF32(_ call: CacheStoreCall) { unsafe storeCache(call, as: SingleElement.self) }

/// As ``storeCacheF32(_:)``, rounding to binary16; to the bit, but for the payload of NaN.
func storeCacheF16(_ call: CacheStoreCall) { unsafe storeCache(call, as: HalfElement.self) }

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
