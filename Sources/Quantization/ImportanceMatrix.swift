public import Checkpoints
import Tensors
public import UntrustedInput

/// How large the activations are that meet each column of each matrix: an error in a column costs as much as the mean
/// square of what it is multiplied by.
///
/// Read from the GGUF files of llama.cpp's `llama-imatrix`: for a matrix `name`, `name.in_sum2` holds the sums of squares,
/// (1, columns), and `name.counts` the number of tokens, (1, 1). ``Calibration`` writes them too.
public struct ImportanceMatrix: Sendable {
    public let file: String
    private let means: [String: [Float]]

    public init(path: String) throws(InputError) { try self.init(try Checkpoint.open(path)) }

    public init(_ checkpoint: Checkpoint) throws(InputError) {
        file = checkpoint.path
        var means: [String: [Float]] = [:]
        for tensor in checkpoint.tensors where tensor.name.hasSuffix(Self.sums) {
            let name = String(tensor.name.dropLast(Self.sums.count))
            let counts = try Self.values(try checkpoint.require(name + Self.counts), file)
            let sums = try Self.values(tensor, file)
            guard counts.count == 1, counts[0] > 0 else {
                throw .unsupported(
                    file: file, field: name + Self.counts, found: "\(counts.count) counts, the first \(counts[0])",
                    supported: ["one count above 0: matrices without experts"])
            }
            means[name] = Self.weights(sums, count: counts[0])
        }
        guard !means.isEmpty else { throw .missing(file: file, field: "tensors named ….in_sum2") }
        self.means = means
    }

    public var count: Int { means.count }

    /// The importance of the columns of a matrix, about 1 in the mean; nil where nothing is known of it.
    func columns(_ name: String, count: Int) throws(InputError) -> [Float]? {
        guard let values = means[name] else { return nil }
        guard values.count == count else {
            throw .inconsistent(
                file: file, field: name + Self.sums, found: "\(values.count) columns",
                expected: "the \(count) of the model's matrix")
        }
        return values
    }

    static let sums = ".in_sum2"
    static let counts = ".counts"

    private static func values(_ tensor: Tensor, _ file: String) throws(InputError) -> [Float] {
        guard tensor.type == .f32, let values = tensor.denseValues, !values.isEmpty else {
            throw .unsupported(file: file, field: tensor.name, found: tensor.type.rawValue, supported: ["F32"])
        }
        guard let index = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) else { return values }
        throw .outOfRange(
            file: file, field: "\(tensor.name)[\(index)]", found: "\(values[index])", expected: "a sum of squares")
    }

    /// A column that no activation reached counts a little all the same: another text may reach it.
    private static func weights(_ sums: [Float], count: Float) -> [Float] {
        let mean = sums.reduce(0) { $0 + Double($1) } / Double(sums.count)
        guard mean > 0, mean.isFinite else { return sums.map { _ in 1 } }
        return sums.map { Float(Double($0) / mean) + 1e-4 }
    }
}
