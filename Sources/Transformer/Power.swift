import Foundation

/// base^exponent; the one place of this module that needs the C library's mathematics.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
