/// A hash whose constants are drawn once per process, so that a hostile vocabulary cannot be written to collide.
enum SeededHash {
    private static let seed = UInt64.random(in: .min ... .max)
    private static let factor = UInt64.random(in: .min ... .max) | 1

    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        let factor = factor
        var state = seed
        for index in bytes.indices {
            state = (state ^ UInt64(bytes[index])) &* factor
            state ^= state >> 29
        }
        return finish(state)
    }

    static func hash(_ key: UInt64) -> UInt64 { finish((key ^ seed) &* factor) }

    private static func finish(_ state: UInt64) -> UInt64 {
        let mixed = (state ^ (state >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }
}
