import Quantization

extension ModelComparison {
    /// A table for people, the worst tensors first.
    var text: String {
        let width = entries.map(\.name.count).max() ?? 0
        let head = "\("tensor".padded(to: width))  type            relative RMS       max  1 - cosine"
        return ([head] + entries.map { line($0, width) }).joined(separator: "\n")
    }

    private func line(_ entry: Entry, _ width: Int) -> String {
        let difference = entry.difference
        let numbers = [
            Report.number(difference.relativeError, digits: 6).line,
            Report.number(Double(difference.largestError), digits: 6).line,
            Report.number(1 - difference.cosine, digits: 8).line,
        ]
        return "\(entry.name.padded(to: width))  "
            + "\(entry.original.rawValue.padded(to: 5)) → \(entry.type.rawValue.padded(to: 5))   "
            + "\(numbers[0].aligned(to: 12))  \(numbers[1].aligned(to: 8))  \(numbers[2].aligned(to: 10))"
    }

    var report: Report {
        [
            "tensors": .array(
                entries.map { entry in
                    [
                        "name": .string(entry.name), "original_type": .string(entry.original.rawValue),
                        "type": .string(entry.type.rawValue),
                        "relative_error": .number(entry.difference.relativeError, digits: 8),
                        "max_error": .number(Double(entry.difference.largestError), digits: 8),
                        "cosine": .number(entry.difference.cosine, digits: 10),
                    ]
                })
        ]
    }
}
