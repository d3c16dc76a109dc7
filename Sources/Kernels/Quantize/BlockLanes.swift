/// Eight blocks, or runs of blocks that share a scale, side by side, a lane each: what a search for scales works on. So nothing is summed across lanes, and eight
/// blocks take their own scales in the same instructions.
///
///     x[c]   lane b: column c of block b    c < columns
///     h[c]   its importance
///     q[c]   its integer, once there is a scale
@unsafe struct BlockLanes {
    let columns: Int
    let x: UnsafeMutablePointer<SIMD8<Float>>
    /// nil where all columns count the same.
    let h: UnsafeMutablePointer<SIMD8<Float>>?
    let q: UnsafeMutablePointer<SIMD8<Float>>
    /// What ``refine(_:scale:minimum:within:)`` works with: two vectors for each column.
    let spare: UnsafeMutablePointer<SIMD8<Float>>

    static let count = 8

    /// Bytes of memory for as many columns.
    static func memoryBytes(columns: Int) -> Int { 5 * columns * MemoryLayout<SIMD8<Float>>.stride }

    /// - Parameter memory: ``memoryBytes(columns:)`` of them, aligned to 32.
    init(columns: Int, isWeighted: Bool, memory: UnsafeMutableRawPointer) {
        unsafe self.columns = columns
        let floats = unsafe memory.bindMemory(to: SIMD8<Float>.self, capacity: 5 * columns)
        unsafe x = floats
        unsafe h = isWeighted ? floats + columns : nil
        unsafe q = floats + 2 * columns
        unsafe spare = floats + 3 * columns
    }

    /// Blocks that are there already, to be read.
    init(columns: Int, x: UnsafePointer<SIMD8<Float>>, h: UnsafePointer<SIMD8<Float>>?) {
        unsafe self.columns = columns
        unsafe self.x = UnsafeMutablePointer(mutating: x)
        unsafe self.h = h.map { unsafe UnsafeMutablePointer(mutating: $0) }
        unsafe q = self.x
        unsafe spare = self.x
    }

    /// Takes up to eight blocks that follow one another; lanes beyond are zeros that count as others do.
    func load(_ source: UnsafePointer<Float>, _ importance: UnsafePointer<Float>?, blocks: Int) {
        if blocks == 8, unsafe h == nil {
            unsafe load(source, stride: columns)
            return
        }
        let lanes = unsafe UnsafeMutableRawPointer(x).assumingMemoryBound(to: Float.self)
        for block in 0..<8 {
            for column in unsafe 0..<columns {
                unsafe lanes[8 * column + block] = block < blocks ? source[columns * block + column] : 0
            }
        }
        guard let h = unsafe h, let importance = unsafe importance else { return }
        let weights = unsafe UnsafeMutableRawPointer(h).assumingMemoryBound(to: Float.self)
        for block in 0..<8 {
            for column in unsafe 0..<columns {
                unsafe weights[8 * column + block] = block < blocks ? importance[columns * block + column] : 1
            }
        }
    }

    /// Takes eight rows that are `stride` floats apart.
    @inline(__always)
    func load(_ rows: UnsafePointer<Float>, stride: Int) {
        for column in unsafe 0..<columns {
            let p = unsafe rows + column
            unsafe x[column] = SIMD8(
                p[0], p[stride], p[2 * stride], p[3 * stride], p[4 * stride], p[5 * stride], p[6 * stride],
                p[7 * stride])
        }
    }

    /// Each column with its importance.
    @inline(__always)
    func forEach(_ body: (_ x: SIMD8<Float>, _ h: SIMD8<Float>) -> Void) {
        if let h = unsafe h {
            for column in unsafe 0..<columns { unsafe body(x[column], h[column]) }
        } else {
            for column in unsafe 0..<columns { unsafe body(x[column], SIMD8(repeating: 1)) }
        }
    }

    /// The smallest and the largest of each block.
    var extremes: (smallest: SIMD8<Float>, largest: SIMD8<Float>) {
        @inline(__always) get {
            var (smallest, largest) = unsafe (x[0], x[0])
            for column in unsafe 1..<columns {
                unsafe smallest = smallest.lanewiseMin(x[column])
                unsafe largest = largest.lanewiseMax(x[column])
            }
            return (smallest, largest)
        }
    }

    /// Sets the integers of all columns.
    @inline(__always)
    func setIntegers(_ integer: (_ x: SIMD8<Float>) -> SIMD8<Float>) {
        for column in unsafe 0..<columns { unsafe q[column] = integer(x[column]) }
    }

    /// Writes the integers as bytes, block after block.
    ///
    /// - Parameter offset: what makes them numbers from 0 to 255.
    @inline(__always)
    func storeIntegers(plus offset: Float, to bytes: UnsafeMutablePointer<UInt8>) {
        for column in unsafe 0..<columns {
            let integers = unsafe (q[column] + offset).integers
            for block in 0..<8 {
                unsafe bytes[columns * block + column] = UInt8(truncatingIfNeeded: integers[block])
            }
        }
    }
}

extension SIMD8<Float> {
    /// 1 / x, or 0 where that is no number: the factor of a scale of 0.
    var inverse: SIMD8<Float> {
        @inline(__always) get { (1 / self).lanewise { $0.magnitude < .infinity ? $0 : 0 } }
    }

    /// Integers that stand as floats.
    var integers: SIMD8<Int32> {
        @inline(__always) get { unsafe unsafeBitCast(self + roundingShift, to: SIMD8<Int32>.self) &- 0x4b40_0000 }
    }

    /// To the nearest integers, ties to even, held within bounds.
    @inline(__always)
    func nearest(within bounds: ClosedRange<Float>) -> SIMD8<Float> {
        (lanewiseBounded(bounds) + roundingShift) - roundingShift
    }

    /// Cut off behind the point.
    ///
    /// - Precondition: from 0 to 2²².
    @inline(__always)
    var truncated: SIMD8<Float> {
        lanewise { x in
            let near = (x + roundingShift) - roundingShift
            return near > x ? near - 1 : near
        }
    }

    /// To the nearest integers, ties away from 0.
    ///
    /// - Precondition: magnitudes up to 2²¹.
    @inline(__always)
    var roundedAway: SIMD8<Float> {
        lanewise { x in
            let near = (x + roundingShift) - roundingShift
            // A tie that went to the even side is half away from where it belongs.
            let up = x - near == 0.5 && x > 0 ? near + 1 : near
            return x - near == -0.5 && x < 0 ? near - 1 : up
        }
    }

    /// Each lane through a function. A comparison of whole vectors is a loop where the instruction set has no masks.
    @inline(__always)
    func lanewise(_ body: (Float) -> Float) -> SIMD8<Float> {
        SIMD8(
            body(self[0]), body(self[1]), body(self[2]), body(self[3]), body(self[4]), body(self[5]), body(self[6]),
            body(self[7]))
    }

    @inline(__always)
    func lanewise(_ o: SIMD8<Float>, _ body: (Float, Float) -> Float) -> SIMD8<Float> {
        SIMD8(
            body(self[0], o[0]), body(self[1], o[1]), body(self[2], o[2]), body(self[3], o[3]), body(self[4], o[4]),
            body(self[5], o[5]), body(self[6], o[6]), body(self[7], o[7]))
    }

    /// Takes the lanes of another where the mask is not 0.
    @inline(__always)
    mutating func replace(with other: SIMD8<Float>, where mask: SIMD8<Float>) {
        self = SIMD8(
            mask[0] != 0 ? other[0] : self[0], mask[1] != 0 ? other[1] : self[1], mask[2] != 0 ? other[2] : self[2],
            mask[3] != 0 ? other[3] : self[3], mask[4] != 0 ? other[4] : self[4], mask[5] != 0 ? other[5] : self[5],
            mask[6] != 0 ? other[6] : self[6], mask[7] != 0 ? other[7] : self[7])
    }
}

/// Adding it leaves the integer in the last bits of the significand; taking it off again, the integer as a float.
private let roundingShift: Float = 0x1.8p23
