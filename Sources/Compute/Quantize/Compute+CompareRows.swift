import Kernels
package import Tensors

/// How far apart two tensors of one shape are: x as it was, y as it became.
public struct TensorDifference: Sendable, Equatable {
    /// Σ (x − y)², Σ x², Σ y², Σ x·y.
    public var squaredError = 0.0
    public var squaredNorm = 0.0
    public var otherSquaredNorm = 0.0
    public var dot = 0.0
    /// max |x − y|; not finite where one of them is not.
    public var largestError: Float = 0

    public init() {}

    /// √(Σ (x − y)² / Σ x²).
    public var relativeError: Double {
        squaredNorm > 0 ? (squaredError / squaredNorm).squareRoot() : squaredError > 0 ? .infinity : 0
    }

    public static func += (left: inout TensorDifference, right: TensorDifference) {
        left.squaredError += right.squaredError
        left.squaredNorm += right.squaredNorm
        left.otherSquaredNorm += right.otherSquaredNorm
        left.dot += right.dot
        left.largestError = max(left.largestError, right.largestError)
    }

    /// Of the angle between the two; 1 where both are 0.
    public var cosine: Double {
        let norms = (squaredNorm * otherSquaredNorm).squareRoot()
        return norms > 0 ? dot / norms : squaredNorm == otherSquaredNorm ? 1 : 0
    }
}

extension Compute {
    /// Compares rows of two tensors, row by row over the threads; no number depends on how many there are.
    ///
    /// - Parameters:
    ///   - ids: the rows of `x` that stand for the rows of `y` from `first` on.
    /// - Precondition: as many columns on both sides, and the rows exist.
    package func compareRows(of x: Tensor, ids: [Int], with y: Tensor, from first: Int) -> TensorDifference {
        let columns = x.shape.columns
        precondition(columns == y.shape.columns, "\(y.name) has \(y.shape.columns) columns, not \(columns)")
        precondition(ids.allSatisfy { $0 >= 0 && $0 < x.shape.rows }, "an id is no row of \(x.name)")
        precondition(first >= 0 && ids.count <= y.shape.rows - first, "rows beyond the end of \(y.name)")
        guard let base = unsafe x.bytes.baseAddress, let other = unsafe y.bytes.baseAddress else {
            return TensorDifference()
        }
        scratch.reservePerThread(2 * columns * MemoryLayout<Float>.stride)
        var differences = [TensorDifference](repeating: TensorDifference(), count: ids.count)
        unsafe differences.withUnsafeMutableBufferPointer { differences in
            let results = differences.baseAddress
            pool.run { thread in
                let floats = unsafe scratch.bytes(ofThread: thread).assumingMemoryBound(to: Float.self)
                let (left, right) = unsafe (floats, floats + columns)
                for row in WorkerPool.share(of: ids.count, index: thread, among: threadCount) {
                    unsafe dequantizeRow(type: x.type, base + ids[row] * x.rowBytes, into: left, count: columns)
                    unsafe dequantizeRow(type: y.type, other + (first + row) * y.rowBytes, into: right, count: columns)
                    unsafe results?[row] = Self.difference(left, right, count: columns)
                }
            }
        }
        return differences.reduce(into: TensorDifference()) { $0 += $1 }
    }

    @unsafe private static func difference(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int
    ) -> TensorDifference {
        var difference = TensorDifference()
        for index in 0..<count {
            let (a, b) = unsafe (x[index], y[index])
            difference.squaredError += Double((a - b) * (a - b))
            difference.squaredNorm += Double(a * a)
            difference.otherSquaredNorm += Double(b * b)
            difference.dot += Double(a * b)
            let error = (a - b).magnitude
            // What is no number is the largest error there is.
            if error > difference.largestError || error.isNaN {
                difference.largestError = error.isNaN ? .infinity : error
            }
        }
        return difference
    }
}
