import Benchmark
import Foundation
import Swiftlet
import Tokenizers

/// Text to ids and back with the default model's tokenizer. Ten times the text must take ten times as long.
let benchmarks: @Sendable () -> Void = {
    let model = "../weights/SmolLM2-135M-Instruct.Q4_1.gguf"
    guard FileManager.default.fileExists(atPath: model) else { return }
    let configuration = Benchmark.Configuration(metrics: [.wallClock], maxDuration: .seconds(2))

    for kilobytes in [1, 10, 100] {
        Benchmark("encode \(kilobytes) kB", configuration: configuration) { benchmark, tokenizer in
            let text = sample(bytes: kilobytes * 1000)
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { blackHole(tokenizer.encode(text)) }
            benchmark.stopMeasurement()
        } setup: {
            try TokenizerSource(path: model).tokenizer
        }
    }

    Benchmark("decode 10 kB", configuration: configuration) { benchmark, tokenizer in
        let ids = tokenizer.encode(sample(bytes: 10_000))
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(tokenizer.decode(ids)) }
        benchmark.stopMeasurement()
    } setup: {
        try TokenizerSource(path: model).tokenizer
    }
}

/// Prose with numbers, marks, other scripts and code in it.
func sample(bytes: Int) -> String {
    let paragraph = """
        In 1969 the swifts came back on the 3rd of May, 12,500 of them, and nested under the roof of No. 47.
        Die Mauersegler schlafen in der Luft; les martinets dorment en volant; 雨燕在空中睡觉。
            func area(of radius: Double) -> Double { .pi * radius * radius }\n
        """
    return String(String(repeating: paragraph, count: bytes / paragraph.utf8.count + 1).prefix(bytes))
}
