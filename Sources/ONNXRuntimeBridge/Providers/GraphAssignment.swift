/// Which provider computes how many of a model's operations: ONNX Runtime gives those that a provider lacks to the CPU's in silence.
public struct GraphAssignment: Sendable, Equatable {
    /// By the provider's full name, then by the kind of operation.
    public let counts: [String: [String: Int]]

    package init(_ counts: [String: [String: Int]]) { self.counts = counts }

    public var operationCount: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// Those that the CPU's provider computes, by kind, the most frequent first.
    public var onCPU: [(kind: String, count: Int)] {
        (counts[ExecutionProvider.cpu.fullName] ?? [:]).map { ($0.key, $0.value) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
    }

    /// One line for whoever asked for a provider.
    package func summary(for provider: ExecutionProvider) -> String {
        let left = onCPU
        let leftCount = left.reduce(0) { $0 + $1.count }
        let total = operationCount
        guard leftCount > 0 else { return "\(provider.name) computes all \(total) operations" }
        let kinds = left.prefix(4).map { $0.count > 1 ? "\($0.kind) × \($0.count)" : $0.kind }.joined(separator: ", ")
        return "\(provider.name) computes \(total - leftCount) of \(total) operations, "
            + "the CPU's provider \(leftCount): \(kinds)\(left.count > 4 ? " …" : "")"
    }
}
