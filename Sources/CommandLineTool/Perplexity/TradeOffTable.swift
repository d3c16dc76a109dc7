/// Several models side by side, for who must choose: what each takes, how well it reads, how fast it is.
package struct TradeOffTable {
    private let nameWidth: Int

    /// - Parameter models: the names that will stand in the first column.
    package init(models: [String]) {
        nameWidth = (models + ["model"]).map(\.count).max() ?? 0
    }

    package var header: String {
        let titles = line(
            "model", "size", "bits", "perplexity", "KL, mean", "KL, 99 %", "same top", "RMS Δp", "read t/s",
            "write t/s")
        return titles + "\n" + String(repeating: "─", count: titles.count)
    }

    package func line(_ result: PerplexityResult) -> String {
        let difference = result.figures.difference
        func cell(_ estimate: Estimate?, digits: Int) -> String {
            estimate.map { PerplexityResult.text($0, digits: digits) } ?? "–"
        }
        return line(
            result.model, mebibytes(result.size.fileBytes), fixed(result.size.bitsPerWeight, digits: 2),
            cell(result.figures.perplexity, digits: 3), cell(difference?.meanDivergence, digits: 5),
            cell(difference?.divergence99, digits: 4),
            difference.map { PerplexityResult.percent($0.topAgreement, digits: 1) } ?? "–",
            difference.map { PerplexityResult.percent($0.probabilityChange, digits: 2) } ?? "–",
            KernelsTable.threeDigits(result.tokensPerSecond),
            result.generatedPerSecond.map(KernelsTable.threeDigits) ?? "–")
    }

    private static let widths = [12, 5, 17, 19, 17, 12, 15, 8, 9]

    private func line(_ name: String, _ cells: String...) -> String {
        ([name.padded(to: nameWidth)] + zip(cells, Self.widths).map { $0.aligned(to: $1) }).joined(separator: "  ")
    }
}
