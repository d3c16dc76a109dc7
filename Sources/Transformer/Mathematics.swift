#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// What this module needs of the C library's mathematics.

/// base^exponent
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// ln x
func naturalLogarithm(_ x: Double) -> Double { log(x) }
