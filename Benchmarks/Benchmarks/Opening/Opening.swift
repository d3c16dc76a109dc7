import Benchmark
import Checkpoints
import Foundation

/// Opening a checkpoint reads and proves every header, and no weight: 400 tensors take less than 50 ms.
let benchmarks: @Sendable () -> Void = {
    Benchmark(
        "a folder with 408 tensors",
        configuration: .init(
            metrics: [.wallClock, .peakMemoryResident], maxDuration: .seconds(2),
            thresholds: [.wallClock: .init(absolute: [.p90: .milliseconds(50)])])
    ) { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(try Checkpoint.open(ManyTensors.folder))
        }
    }

    let model = "../weights/SmolLM2-135M-Instruct.Q4_1.gguf"
    if FileManager.default.fileExists(atPath: model) {
        Benchmark(
            "SmolLM2 Q4_1, 272 tensors and a vocabulary",
            configuration: .init(metrics: [.wallClock, .peakMemoryResident], maxDuration: .seconds(2))
        ) { benchmark in
            for _ in benchmark.scaledIterations {
                blackHole(try Checkpoint.open(model))
            }
        }
    }
}
