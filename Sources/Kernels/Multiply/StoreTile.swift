/// Writes the products of one group and token, or adds them to what is there.
///
/// - Parameter rows: rows of the group that exist, at least one; 8 or more for a whole group.
@unsafe @inline(__always)
func storeTile(_ products: SIMD8<Float>, to output: UnsafeMutablePointer<Float>, rows: Int, accumulates: Bool) {
    if rows >= 8 {
        let raw = UnsafeMutableRawPointer(output)
        let result =
            unsafe accumulates ? raw.loadUnaligned(as: SIMD8<Float>.self) + products : products
        unsafe raw.storeBytes(of: result, as: SIMD8<Float>.self)
    } else {
        for row in 0..<rows { unsafe output[row] = accumulates ? output[row] + products[row] : products[row] }
    }
}
