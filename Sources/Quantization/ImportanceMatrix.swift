public import Checkpoints
import Compute
import Tensors
public import UntrustedInput

/// How large the activations are that meet each column of each matrix: an error in a column costs as much as the mean
/// square of what it is multiplied by; and which rise and fall together: errors in two such columns may cancel out.
///
/// Read from the GGUF files of llama.cpp's `llama-imatrix`: for a matrix `name`, `name.in_sum2` holds the sums of squares,
/// (1, columns), and `name.counts` the number of tokens, (1, 1). ``Calibration`` writes them too, and besides, where columns
/// are whole blocks of 32, `name.in_products` with the sums of the products of all pairs within a block,
/// (columns / 32, 32, 32), which llama.cpp passes over.
public struct ImportanceMatrix: Sendable {
    public let file: String
    private let weights: [String: ColumnWeights]

    public init(path: String) throws(InputError) { try self.init(try Checkpoint.open(path)) }

    public init(_ checkpoint: Checkpoint) throws(InputError) {
        file = checkpoint.path
        var weights: [String: ColumnWeights] = [:]
        for tensor in checkpoint.tensors where tensor.name.hasSuffix(Self.sums) {
            let name = String(tensor.name.dropLast(Self.sums.count))
            let counts = try Self.values(try checkpoint.require(name + Self.counts), file)
            let sums = try Self.values(tensor, file)
            guard counts.count == 1, counts[0] > 0 else {
                throw .unsupported(
                    file: file, field: name + Self.counts, found: "\(counts.count) counts, the first \(counts[0])",
                    supported: ["one count above 0: matrices without experts"])
            }
            var products: [Float]?
            if let tensor = checkpoint.tensor(named: name + Self.products) {
                products = try Self.products(tensor, sums, file)
            }
            weights[name] = Self.weights(sums, products, count: counts[0])
        }
        guard !weights.isEmpty else { throw .missing(file: file, field: "tensors named ….in_sum2") }
        self.weights = weights
    }

    public var count: Int { weights.count }

    /// The importance of the columns of a matrix, about 1 in the mean; nil where nothing is known of it.
    func columns(_ name: String, count: Int) throws(InputError) -> ColumnWeights? {
        guard let weights = weights[name] else { return nil }
        guard weights.count == count else {
            throw .inconsistent(
                file: file, field: name + Self.sums, found: "\(weights.count) columns",
                expected: "the \(count) of the model's matrix")
        }
        return weights
    }

    static let sums = ".in_sum2"
    static let products = ".in_products"
    static let counts = ".counts"

    private static func values(_ tensor: Tensor, _ file: String) throws(InputError) -> [Float] {
        let values = try numbers(tensor, file)
        guard let index = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) else { return values }
        throw .outOfRange(
            file: file, field: "\(tensor.name)[\(index)]", found: "\(values[index])", expected: "a sum of squares")
    }

    private static func numbers(_ tensor: Tensor, _ file: String) throws(InputError) -> [Float] {
        guard tensor.type == .f32, let values = tensor.denseValues, !values.isEmpty else {
            throw .unsupported(file: file, field: tensor.name, found: tensor.type.rawValue, supported: ["F32"])
        }
        return values
    }

    /// Sums of products, none larger than its sums of squares allow (Cauchy–Schwarz): what is not might send a search
    /// for the least error anywhere.
    private static func products(_ tensor: Tensor, _ sums: [Float], _ file: String) throws(InputError) -> [Float] {
        let shape = [sums.count / 32, 32, 32]
        guard sums.count % 32 == 0, tensor.shape.extents == shape else {
            throw .inconsistent(
                file: file, field: tensor.name, found: "\(tensor.shape)", expected: "\(TensorShape(shape))")
        }
        let values = try numbers(tensor, file)
        for (index, value) in values.enumerated() {
            let block = index / 1_024 * 32
            // What an f32 rounds to 0 may be a little more.
            let (left, right) = (
                Double(sums[block + index / 32 % 32]) + 0x1p-149, Double(sums[block + index % 32]) + 0x1p-149
            )
            guard value.isFinite, Double(value) * Double(value) <= 1.001 * left * right else {
                throw .outOfRange(
                    file: file, field: "\(tensor.name)[\(index)]", found: "\(value)",
                    expected: "a sum of products, its square up to \(left * right)")
            }
        }
        return values
    }

    /// A column that no activation reached counts a little all the same: another text may reach it. Of what pairs have in
    /// common, a part is believed that grows with the tokens: from no more of them than a block has columns, any error
    /// would seem to make up for any other.
    private static func weights(_ sums: [Float], _ products: [Float]?, count: Float) -> ColumnWeights {
        let mean = sums.reduce(0) { $0 + Double($1) } / Double(sums.count)
        guard mean > 0, mean.isFinite else { return ColumnWeights(squares: sums.map { _ in 1 }) }
        let belief = Double(count / (count + 32)) / mean
        return ColumnWeights(
            squares: sums.map { Float(Double($0) / mean) + 1e-4 },
            pairs: products.map { $0.map { Float(Double($0) * belief) } })
    }
}
