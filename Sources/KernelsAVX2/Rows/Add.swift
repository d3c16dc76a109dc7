import CIntrinsics

/// Adds a row to another; the contract is the portable one's, to the bit.
func add(_ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>, count: Int) {
    var i = 0
    while i + 8 <= count {
        let sum = unsafe _mm256_add_ps(_mm256_loadu_ps(destination + i), _mm256_loadu_ps(source + i))
        unsafe _mm256_storeu_ps(destination + i, sum)
        i += 8
    }
    while i < count {
        unsafe destination[i] += source[i]
        i += 1
    }
}
