import Benchmark
import Compute
import Foundation
import Tensors

/// One linear layer of Phi-3-mini's attention output, (3072, 3072), in each way that weights are kept: for one token,
/// as when an answer is written, and for many, as when a prompt is read.
///
/// The throughput counts multiply-adds. A token alone is bound by memory: divide by the bits of a weight.
let benchmarks: @Sendable () -> Void = {
    let size = 3072
    let weights = randomTensor(rows: size, columns: size)
    for instructionSet in InstructionSet.allCases where instructionSet.isSupported {
        for precision in [WeightPrecision.f32, .f16, .int8, .int4] {
            for tokens in [1, 64] {
                Benchmark(
                    "\(instructionSet) \(precision) \(tokens == 1 ? "token" : "\(tokens) tokens")",
                    configuration: .init(
                        metrics: [.wallClock, .throughput], scalingFactor: .one, maxDuration: .seconds(2))
                ) { benchmark in
                    let compute = try Compute(instructionSet: instructionSet)
                    let matrix = try compute.makeMatrix([WeightPart(weights)], precision: precision)
                    let x = Activations(rows: tokens, columns: size)
                    let y = Activations(rows: tokens, columns: size)
                    for row in 0..<tokens { x.setRow(row, (0..<size).map { sin(Float($0 * (row + 1))) }) }
                    benchmark.startMeasurement()
                    for _ in benchmark.scaledIterations {
                        compute.multiply(matrix, x, rows: 0..<tokens, into: y)
                    }
                    benchmark.stopMeasurement()
                    blackHole(y.copyRow(0))
                }
            }
        }
    }
}

/// Weights of a trained layer's spread; the values do not change the speed.
func randomTensor(rows: Int, columns: Int) -> Tensor {
    var generator = SystemRandomNumberGenerator()
    let storage = HugePageBuffer(byteCount: rows * columns * 4)!
    let values = storage.mutableBytes.bindMemory(to: Float.self)
    for index in values.indices { values[index] = Float.random(in: -0.05...0.05, using: &generator) }
    return Tensor(
        name: "weights", type: .f32, shape: TensorShape([rows, columns]), storage: storage, byteOffset: 0)
}
