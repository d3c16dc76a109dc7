package import Kernels
import Synchronization
package import Tensors

/// What storing weights in another type took from them.
public struct QuantizationLoss: Sendable, Equatable {
    /// Σ h·(x − y)², y being what a reader gets, h the importance of the column, or 1; where pairs of columns have one,
    /// the mean square of what activations make of x − y.
    public var squaredError = 0.0
    /// The same of x.
    public var squaredNorm = 0.0

    public init() {}

    /// The sum of what rows lost, nil where one could not be quantised. In the order of the rows, so that no thread shows in the
    /// last bit.
    init?(ofRows losses: [GroupLoss?]) {
        for loss in losses {
            guard let loss else { return nil }
            squaredError += Double(loss.error)
            squaredNorm += Double(loss.norm)
        }
    }

    /// √(``squaredError`` / ``squaredNorm``): 0 for nothing lost, and for weights that are all 0.
    public var relativeError: Double { squaredNorm > 0 ? (squaredError / squaredNorm).squareRoot() : 0 }

    public static func += (left: inout QuantizationLoss, right: QuantizationLoss) {
        left.squaredError += right.squaredError
        left.squaredNorm += right.squaredNorm
    }
}

extension Compute {
    /// Rows that a thread takes at a time: microseconds of work each.
    private static let rowsAtOnce = 8

    /// Rows `ids` of a tensor as the bytes of another type, in the order of the ids, dealt out to the threads as they come.
    /// The bytes are the same whatever the number of threads; rows that keep their type are copied as they are.
    ///
    /// - Parameters:
    ///   - importance: what errors in the columns cost; nil where all count the same.
    ///   - bytes: memory that is used again from call to call; holds exactly the rows afterwards.
    ///   - meanwhile: called once, by this thread, while the others begin with the rows.
    /// - Returns: nil where a weight is not finite, or above the type's `largestWeight`; the bytes are worthless then.
    /// - Precondition: the ids are rows of the tensor, its columns whole blocks of the type, which is the tensor's own or a
    ///   writable one, and there are as many importances.
    package func quantizeRows(
        of tensor: Tensor, ids: [Int], to type: ElementType, rule: ScaleRule, importance: ColumnWeights?,
        into bytes: inout [UInt8], meanwhile: () -> Void = {}
    ) -> QuantizationLoss? {
        let (columns, rowCount) = (tensor.shape.columns, tensor.shape.rows)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < rowCount }, "an id is no row of \(tensor.name)")
        precondition(columns % type.blockLength == 0, "whole blocks")
        precondition(
            type == tensor.type || ElementType.writable.contains(type), "\(type.rawValue) is read, not written")
        precondition(importance?.squares.count ?? columns == columns, "an importance for each column")
        let rowBytes = columns / type.blockLength * type.blockBytes
        if bytes.count != ids.count * rowBytes { bytes = [UInt8](repeating: 0, count: ids.count * rowBytes) }
        guard let base = unsafe tensor.bytes.baseAddress, !ids.isEmpty else {
            meanwhile()
            return QuantizationLoss()
        }
        scratch.reservePerThread(2 * columns * MemoryLayout<Float>.stride)
        let next = Atomic(0)
        var losses = [RowLoss](repeating: RowLoss(), count: ids.count)
        unsafe bytes.withUnsafeMutableBytes { out in
            unsafe losses.withUnsafeMutableBufferPointer { losses in
                let work = unsafe RowWork(
                    source: base, sourceBytes: tensor.rowBytes, sourceType: tensor.type, type: type, rule: rule,
                    columns: columns, kernels: kernels.quantize, out: out.baseAddress!, rowBytes: rowBytes,
                    losses: losses.baseAddress!)
                unsafe ColumnWeights.withPointers(importance) { importance in
                    pool.run { thread in
                        let floats = unsafe scratch.bytes(ofThread: thread).assumingMemoryBound(to: Float.self)
                        if thread == 0 { meanwhile() }
                        while true {
                            let first = next.add(Self.rowsAtOnce, ordering: .relaxed).oldValue
                            guard first < ids.count else { break }
                            for row in first..<min(first + Self.rowsAtOnce, ids.count) {
                                unsafe work.run(row, source: ids[row], importance, floats)
                            }
                        }
                    }
                }
            }
        }
        var sum = QuantizationLoss()
        for loss in losses {
            guard loss.isInRange else { return nil }
            // In the order of the rows, so that no thread shows in the last bit.
            sum.squaredError += Double(loss.error)
            sum.squaredNorm += Double(loss.norm)
        }
        return sum
    }
}

private struct RowLoss {
    var error: Float = 0
    var norm: Float = 0
    var isInRange = true
}

/// What all rows of a call share.
@unsafe private struct RowWork {
    let source: UnsafeRawPointer
    let sourceBytes: Int
    let sourceType: ElementType
    let type: ElementType
    let rule: ScaleRule
    let columns: Int
    let kernels: QuantizeKernels
    let out: UnsafeMutableRawPointer
    let rowBytes: Int
    let losses: UnsafeMutablePointer<RowLoss>

    /// - Parameter floats: room for two rows.
    func run(
        _ row: Int, source id: Int, _ importance: ColumnImportance, _ floats: UnsafeMutablePointer<Float>
    ) {
        let (from, to) = unsafe (source + id * sourceBytes, out + row * rowBytes)
        if unsafe type == sourceType {
            unsafe to.copyMemory(from: from, byteCount: rowBytes)
            return
        }
        let (x, y) = unsafe (floats, floats + columns)
        unsafe dequantizeRow(type: sourceType, from, into: x, count: columns)
        guard unsafe largestMagnitude(x) <= type.largestWeight else {
            unsafe losses[row].isInRange = false
            return
        }
        unsafe quantizeRow(
            type: type, x, importance: importance, rule: rule, kernels: kernels, into: to,
            count: columns)
        unsafe dequantizeRow(type: type, to, into: y, count: columns)
        unsafe losses[row] = loss(x, y, importance)
    }

    /// As integers, magnitudes order like floats, and NaN stands above infinity.
    private func largestMagnitude(_ x: UnsafeMutablePointer<Float>) -> Float {
        var largest: UInt32 = 0
        for column in unsafe 0..<columns { largest = unsafe max(largest, x[column].bitPattern & 0x7fff_ffff) }
        return Float(bitPattern: largest)
    }

    /// - Parameter y: becomes x − y where pairs of columns have an importance.
    private func loss(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ importance: ColumnImportance
    ) -> RowLoss {
        if let products = unsafe importance.products {
            let norm = unsafe weighPairs(x, products, count: columns)
            for column in unsafe 0..<columns { unsafe y[column] = x[column] - y[column] }
            return RowLoss(error: unsafe weighPairs(y, products, count: columns), norm: norm)
        }
        let squares = unsafe importance.squares
        var (error, norm) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        let whole = unsafe columns & ~7
        for column in stride(from: 0, to: whole, by: 8) {
            let values = unsafe UnsafeRawPointer(x + column).loadUnaligned(as: SIMD8<Float>.self)
            let rest = unsafe values - UnsafeRawPointer(y + column).loadUnaligned(as: SIMD8<Float>.self)
            let h =
                unsafe squares.map { unsafe UnsafeRawPointer($0 + column).loadUnaligned(as: SIMD8<Float>.self) }
                ?? SIMD8(repeating: 1)
            error += h * (rest * rest)
            norm += h * (values * values)
        }
        var loss = RowLoss(error: error.sum(), norm: norm.sum())
        for column in unsafe whole..<columns {
            let h = unsafe squares?[column] ?? 1
            let rest = unsafe x[column] - y[column]
            loss.error += h * rest * rest
            unsafe loss.norm += h * x[column] * x[column]
        }
        return loss
    }
}
