import Compute
import Tensors

extension Operation {
    /// What works on rows of activations: normalisation, gated activation, rotation, sum, and the embedding.
    public static func rows(_ setting: Setting) -> [Operation] {
        setting.sets.flatMap { set in
            [1, 64].flatMap { tokens in
                func operation(
                    _ name: String, _ make: @escaping @Sendable (Compute, Activations) throws -> () -> Void
                ) -> Operation {
                    Operation("\(set) \(name), \(Setting.tokens(tokens))") {
                        try make(try setting.compute(set), Activations.noise(rows: tokens, columns: setting.inputs))
                    }
                }
                let rows = 0..<tokens
                return [
                    operation("RMSNorm") { compute, x in
                        let weight = WeightVector(Tensor.noise(.f32, rows: 1, columns: setting.inputs))
                        let y = Activations(rows: tokens, columns: setting.inputs)
                        return { compute.rmsNorm(x, rows: rows, weight: weight, epsilon: 1e-5, into: y) }
                    },
                    operation("SwiGLU") { compute, x in
                        let y = Activations(rows: tokens, columns: setting.inputs / 2)
                        return { compute.swiGLU(x, rows: rows, into: y) }
                    },
                    operation("rotary embedding") { compute, x in
                        let size = 96
                        let frequencies = (0..<size / 2).map { 1 / Double($0 + 1) }
                        let table = RotaryTable(frequencies: frequencies, attentionFactor: 1, positions: tokens)
                        let positions = Array(rows)
                        return {
                            compute.rotate(
                                x, rows: rows, positions: positions, firstColumn: 0, headCount: setting.inputs / size,
                                headSize: size, table: table)
                        }
                    },
                    operation("sum") { compute, x in
                        let y = Activations(rows: tokens, columns: setting.inputs)
                        return { compute.add(x, rows: rows, into: y) }
                    },
                    operation("embedding in Q4_0") { compute, x in
                        let embedding = Tensor.noise(.q4_0, rows: 64, columns: setting.inputs)
                        let ids = rows.map { ($0 * 29 + 5) % 64 }
                        return { compute.gatherRows(of: embedding, ids: ids, into: x) }
                    },
                ]
            }
        }
    }
}
