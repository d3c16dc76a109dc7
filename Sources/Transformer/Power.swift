#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// base^exponent; the one thing that this module needs of the C library's mathematics.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
