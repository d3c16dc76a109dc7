import Kernels

#if canImport(KernelsAVX2)
    import KernelsAVX2
    import KernelsAVX512
#endif

extension MatmulSet {
    /// All kernels of the set.
    var all: KernelSet {
        #if canImport(KernelsAVX2)
            if self == .avx2 { return .avx2 }
            if self == .avx512 { return .avx512(over: .avx2, promptsBy: .pairs) }
            if self == .avx512Bytes { return .avx512(over: .avx2, promptsBy: .bytes) }
        #endif
        return .portable
    }
}

extension FencedMemory {
    /// Floats that end right before an unreadable page.
    convenience init(_ values: [Float]) {
        self.init(byteCount: values.count * 4, against: .end)
        for (index, value) in values.enumerated() { unsafe floats[index] = value }
    }

    func values(_ count: Int) -> [Float] { (0..<count).map { unsafe floats[$0] } }
}

/// How far a float is from an exact value, in units of the float's last place.
func ulps(_ found: Float, _ exact: Double) -> Double {
    let unit = Double(max(Float(abs(exact)).ulp, .leastNormalMagnitude * .ulpOfOne))
    return abs(Double(found) - exact) / unit
}
