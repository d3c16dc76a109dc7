import Checkpoints
import Compute
import Tensors
import TestSupport
import Testing
import Transformer

/// A model that computes with another tensor for a while.
@Suite struct TrialTests {
    @Test(
        "another tensor changes the logits while it is there, and leaves no trace; its own bytes change nothing",
        arguments: ["phi3-base-f32", "llama-gqa-tied-bf16"])
    func exchange(name: String) throws {
        let folder = Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
        let backend = try loadBackend(folder, precision: .native)
        let tensors = try ModelTensors.resolve(try Checkpoint.open(folder), backend.configuration)
        let ids = (0..<20).map { $0 * 7 % 300 }
        let own = try allLogits(backend, ids)
        let compute = try Compute(threads: 1)
        for layer in tensors.layers.indices {
            let matrices = tensors.layers[layer]
            for tensor in matrices.queryKeyValue + matrices.gateUp + [matrices.attentionOutput, matrices.down] {
                let narrow = try #require(
                    try compute.quantizeTensor(tensor, to: .q4_0, rule: .searched, importance: nil))
                let tried = try backend.withTensor(narrow, inLayer: layer, of: tensors) {
                    try allLogits(backend, ids)
                }
                #expect(tried != own && tried.allSatisfy { $0.isFinite }, "\(tensor.name)")
                let same = try backend.withTensor(tensor, inLayer: layer, of: tensors) { try allLogits(backend, ids) }
                #expect(same == own, "\(tensor.name)")
            }
        }
        #expect(try allLogits(backend, ids) == own)
    }
}
