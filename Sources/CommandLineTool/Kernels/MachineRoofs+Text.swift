import Compute

extension MachineRoofs {
    /// What was measured first, a line for each number of threads and one for each kind of peak.
    package func lines(threads: [Int]) -> [String] {
        threads.flatMap { count in
            let reads = bandwidths.filter { $0.threads == count }.map {
                "\($0.level) \(KernelsTable.threeDigits($0.bytesPerSecond / 1e9))"
            }
            let title = count == 1 ? "1 thread: " : "\(count) threads:"
            return ["\(title)  read GB/s   \(reads.joined(separator: " · "))"]
                + Arithmetic.allCases.map { arithmetic in
                    let rates = peaks.filter { $0.threads == count && $0.arithmetic == arithmetic }.map {
                        "\($0.set) \(KernelsTable.threeDigits($0.operationsPerSecond / 1e9))"
                    }
                    let unit = arithmetic == .float ? "f32 GFLOP/s" : "int8 GOP/s "
                    return String(repeating: " ", count: title.count) + "  \(unit) \(rates.joined(separator: " · "))"
                }
        }
    }

    /// How memory was read in the course of the run.
    package var memoryLine: String {
        "memory in the course of the run: "
            + bandwidths.filter { $0.capacity == .max }.map { roof in
                "\(roof.threads == 1 ? "1 thread" : "\(roof.threads) threads") \(roof.range) GB/s"
            }.joined(separator: ", ")
    }
}

extension MachineRoofs.Bandwidth {
    /// GB/s, from the least to the best where these differ.
    package var range: String {
        let (low, high) = (lowestBytesPerSecond / 1e9, bytesPerSecond / 1e9)
        return high < 1.05 * low
            ? KernelsTable.threeDigits(high) : "\(KernelsTable.threeDigits(low)) to \(KernelsTable.threeDigits(high))"
    }
}
