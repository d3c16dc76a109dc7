import ArgumentParser

extension BenchFormat: ExpressibleByArgument {}

/// Counts separated by commas, as llama-bench takes them.
struct Counts: ExpressibleByArgument {
    let values: [Int]

    init(_ values: [Int]) { self.values = values }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count, values.allSatisfy({ (0...BenchTest.maximumCount).contains($0) }) else {
            return nil
        }
        self.values = values
    }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

extension TokenPair: ExpressibleByArgument {
    init?(argument: String) {
        guard let counts = Counts(argument: argument)?.values, counts.count == 2 else { return nil }
        self.init(prompt: counts[0], generated: counts[1])
    }
}
