/// Small constants by their values.
extension IRGraph {
    /// A list: (count)
    mutating func list(_ values: [Int], _ type: IRType = .i64) -> IRValue {
        constant(Self.bytes(values, type), type, shape: [values.count])
    }

    /// A single integer: ()
    mutating func scalar(_ value: Int, _ type: IRType = .i64) -> IRValue {
        constant(Self.bytes([value], type), type, shape: [])
    }

    /// A single f32 number: ()
    mutating func scalar(_ value: Float) -> IRValue { floats([value], shape: []) }

    mutating func boolean(_ value: Bool) -> IRValue { constant([value ? 1 : 0], .boolean, shape: []) }

    mutating func floats(_ values: [Float], shape: [Int]) -> IRValue {
        constant(values.flatMap { Self.bytes($0.bitPattern) }, .f32, shape: shape)
    }

    private static func bytes(_ values: [Int], _ type: IRType) -> [UInt8] {
        values.flatMap { type == .i32 ? bytes(UInt32(bitPattern: Int32($0))) : bytes(UInt64(bitPattern: Int64($0))) }
    }

    private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
