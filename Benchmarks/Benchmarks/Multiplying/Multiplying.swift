import Benchmark
import Compute
import Foundation
import Tensors

/// One linear layer of Phi-3-mini, (3072, 3072), in each way that weights are kept: for one token, as when an answer
/// is written, and for many, as when a prompt is read.
///
/// One token is bound by memory: the bytes of the matrix over the time is the bandwidth that the kernel reaches.
/// Many tokens are bound by arithmetic: 9.4 million multiply-adds for each.
let benchmarks: @Sendable () -> Void = {
    for instructionSet in InstructionSet.allCases where instructionSet.isSupported {
        for precision in [WeightPrecision.f32, .f16, .int8, .int4] {
            for tokens in [1, 64] {
                let count = tokens == 1 ? "1 token" : "\(tokens) tokens"
                Benchmark(
                    "\(instructionSet) \(precision), \(count)",
                    configuration: .init(metrics: [.wallClock], scalingFactor: .one, maxDuration: .seconds(1))
                ) { benchmark, layer in
                    for _ in benchmark.scaledIterations { layer.multiply() }
                } setup: {
                    try Layer(instructionSet: instructionSet, precision: precision, tokens: tokens)
                }
            }
        }
    }
}

/// A matrix of random weights, re-tiled, with activations for it.
struct Layer {
    private static let size = 3072
    private let compute: Compute
    private let matrix: WeightMatrix
    private let inputs: Activations
    private let outputs: Activations

    init(instructionSet: InstructionSet, precision: WeightPrecision, tokens: Int) throws {
        compute = try Compute(instructionSet: instructionSet)
        matrix = try compute.makeMatrix([WeightPart(Self.randomTensor())], precision: precision)
        inputs = Activations(rows: tokens, columns: Self.size)
        outputs = Activations(rows: tokens, columns: Self.size)
        for row in 0..<tokens { inputs.setRow(row, (0..<Self.size).map { sin(Float($0 * (row + 1))) }) }
    }

    func multiply() { compute.multiply(matrix, inputs, rows: 0..<inputs.rows, into: outputs) }

    /// Weights as wide as a trained layer's; their values do not change the speed.
    private static func randomTensor() -> Tensor {
        let storage = HugePageBuffer(byteCount: size * size * 4)!
        let values = storage.mutableBytes.bindMemory(to: Float.self)
        for index in values.indices { values[index] = Float.random(in: -0.05...0.05) }
        return Tensor(name: "weights", type: .f32, shape: TensorShape([size, size]), storage: storage, byteOffset: 0)
    }
}
