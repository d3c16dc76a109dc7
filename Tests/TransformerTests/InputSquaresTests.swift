import Checkpoints
import Compute
import Inference
import Testing
import Transformer

/// What a model's matrices meet, held against what follows from its hidden states.
@Suite struct InputSquaresTests {
    private static let names = ["phi3-base-f32", "phi4mini-like-bf16", "llama-gqa-tied-bf16"]

    @Test("the input of q, k, v and of the head is the norm of the residual stream", arguments: names, [7, 64])
    func hiddenStates(name: String, chunk: Int) throws {
        let model = try #require(TinyModel.all.first { $0.name == name })
        let backend = try model.load(chunk: chunk)
        let sequence = try backend.makeSequence()
        let ids = (0..<50).map { $0 * 7 % 300 }
        #expect(try sequence.reserve(totalTokens: ids.count) == 0)
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        var hidden: [[[Float]]] = Array(repeating: [], count: backend.configuration.layerCount + 1)
        backend.inputSquares.start()
        try backend.forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .all)], into: rows) {
            layer, _, _, state in hidden[layer].append(state)
        }
        let sums = backend.inputSquares.stop()

        let tensors = try ModelTensors.resolve(try Checkpoint.open(model.folder), backend.configuration)
        let head = tensors.head ?? tensors.embedding
        let matrices =
            tensors.layers.flatMap { $0.queryKeyValue + [$0.attentionOutput] + $0.gateUp + [$0.down] } + [head]
        #expect(Set(sums.keys) == Set(matrices.map(\.name)))
        for matrix in matrices {
            let own = try #require(sums[matrix.name])
            #expect(own.count == ids.count && own.values.count == matrix.shape.columns, "\(matrix.name)")
            #expect(own.values.allSatisfy { $0 > 0 }, "\(matrix.name)")
        }
        let normed =
            tensors.layers.enumerated().flatMap { index, layer in
                layer.queryKeyValue.map { ($0.name, layer.attentionNorm, hidden[index]) }
            } + [(head.name, tensors.finalNorm, hidden[tensors.layers.count])]
        for (name, norm, states) in normed {
            let weights = try #require(norm.denseValues).map(Double.init)
            let expected = squares(states, weights, Double(backend.configuration.rmsNormEpsilon))
            for (found, expected) in zip(try #require(sums[name]).values, expected) {
                #expect(abs(found / expected - 1) < 1e-5, "\(name): \(found), \(expected)")
            }
        }
        // Two matrices of a layer that meet another vector each: none has the other's sums.
        let layer = tensors.layers[0]
        #expect(sums[layer.gateUp[0].name] != sums[layer.queryKeyValue[0].name])
        #expect(sums[layer.gateUp[0].name] == sums[layer.gateUp.last?.name ?? ""])
    }

    /// Σ (w · x / √(mean x² + ε))² of each column.
    private func squares(_ states: [[Float]], _ weights: [Double], _ epsilon: Double) -> [Double] {
        var sums = weights.map { _ in 0.0 }
        for state in states {
            let mean = state.reduce(0) { $0 + Double($1) * Double($1) } / Double(state.count)
            for column in sums.indices {
                let value = weights[column] * Double(state[column]) / (mean + epsilon).squareRoot()
                sums[column] += value * value
            }
        }
        return sums
    }
}
