import Benchmark
import Counters
import Operations

/// Every kernel alone, at the size of a layer of Phi-3-mini, on every core.
///
/// A product for one token is bound by memory: the bytes of the matrix over the time is the bandwidth that the kernel
/// reaches. One for many tokens is bound by arithmetic: 9.4 million multiply-adds for each.
let benchmarks: @Sendable () -> Void = {
    let setting = Setting.layer
    measure("product", Operation.products(setting))
    measure("quantise", Operation.quantizations(setting))
    measure("row", Operation.rows(setting))
    measure("attention", Operation.attention(setting))
    // Tiles are allocated, of course; the pages of the others are there already.
    measure("load", Operation.loads(setting), allocations: nil)
}

/// - Parameter allocations: the most that a run may make; nil for any number.
private func measure(_ family: String, _ operations: [Operation], allocations: Int? = 0) {
    let counted = BenchmarkMetric.custom("allocations")
    let limit = allocations.map { BenchmarkThresholds(absolute: [.p50: $0]) }
    for operation in operations {
        Benchmark(
            "\(family): \(operation.name)",
            configuration: .init(
                // Instructions are shown where the system grants the processor's counters, which most virtual machines
                // do not; `Counts` counts them anywhere.
                metrics: [.wallClock, .instructions, counted], scalingFactor: .one, maxDuration: .milliseconds(500),
                thresholds: limit.map { [counted: $0] })
        ) { (benchmark: Benchmark, body: @escaping () -> Void) in
            let before = allocationCount()
            for _ in benchmark.scaledIterations { body() }
            benchmark.measurement(counted, allocationCount() - before)
        } setup: {
            let body = try operation.prepare()
            body()
            return body
        }
    }
}
