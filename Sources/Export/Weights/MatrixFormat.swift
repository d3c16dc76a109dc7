import Kernels

/// How an export stores a matrix.
enum MatrixFormat: Sendable, Hashable {
    case half
    case integers(IntegerGroups)

    /// For people: "int4 in groups of 128".
    func name(columns: Int) -> String {
        guard case .integers(let groups) = self else { return "fp16" }
        let kind = "int\(groups.bits)\(groups.hasZeroPoints ? " with zero points" : "")"
        return groups.columns == columns ? "\(kind) by rows" : "\(kind) in groups of \(groups.columns)"
    }

    /// Bytes of all that is stored of a matrix.
    func byteCount(rows: Int, columns: Int) -> Int {
        guard case .integers(let groups) = self else { return 2 * rows * columns }
        let scales = rows * (columns / groups.columns)
        let zeroPoints = groups.hasZeroPoints ? (scales * groups.bits + 7) / 8 : 0
        return rows * groups.integerBytes(columns: columns) + 2 * scales + zeroPoints
    }
}
