import Compute
import Tensors

extension Operation {
    /// Element types, one for each way that weights lie in memory.
    private static let types: [ElementType] = [
        .q4_0, .q4_1, .q4_K, .q8_0, .q5_1, .q5_K, .q6_K, .q2_K, .f32, .f16, .bf16,
    ]

    /// A linear layer: every layout with every set, for one token (an answer), four (drafts, several users) and 64
    /// (a prompt).
    public static func products(_ setting: Setting) -> [Operation] {
        // F16 is a layout of floats and, where activations shall have 8 bits, one of words.
        let kinds =
            types.map { (name: $0.rawValue, type: $0, bits: $0.isDense ? 16 : 8) }
            + [(name: "F16 as words", type: ElementType.f16, bits: 8)]
        return setting.sets.flatMap { set in
            kinds.flatMap { kind in
                [1, 4, 64].map { tokens in
                    Operation("\(set) \(kind.name), \(Setting.tokens(tokens))") {
                        try product(setting, set, kind.type, rows: setting.outputs, tokens: tokens, bits: kind.bits)
                    }
                }
            }
        }
    }

    /// Activations to integers of 8 and 16 bits: the product with a single group of eight rows, a 384th of a layer.
    public static func quantizations(_ setting: Setting) -> [Operation] {
        setting.sets.flatMap { set in
            [(8, ElementType.q4_0), (16, .q8_0)].map { bits, type in
                Operation("\(set) quantise to \(bits) bits, 64 tokens") {
                    try product(setting, set, type, rows: 8, tokens: 64)
                }
            }
        }
    }

    private static func product(
        _ setting: Setting, _ set: InstructionSet, _ type: ElementType, rows: Int, tokens: Int, bits: Int = 8
    ) throws -> () -> Void {
        let compute = try setting.compute(set)
        let weights = Tensor.noise(type, rows: rows, columns: setting.inputs)
        let matrix = try compute.makeMatrix([WeightPart(weights)], precision: .native, activationBits: bits)
        let x = Activations.noise(rows: tokens, columns: setting.inputs)
        let y = Activations(rows: tokens, columns: rows)
        return { compute.multiply(matrix, x, rows: 0..<tokens, into: y) }
    }

    /// Re-tiling at load: as in the file, and quantised on the way.
    public static func loads(_ setting: Setting) -> [Operation] {
        let kinds: [(ElementType, WeightPrecision)] = [
            (.q4_0, .native), (.q4_1, .native), (.q8_0, .native), (.q4_K, .native), (.q6_K, .native), (.f16, .native),
            (.f16, .int4), (.f16, .int8),
        ]
        return kinds.map { type, precision in
            // 16 bits keep the floats of F16.
            Operation("\(type.rawValue) \(precision == .native ? "as it is" : "to \(precision.rawValue)")") {
                let compute = try setting.compute(setting.sets[setting.sets.count - 1])
                let part = WeightPart(Tensor.noise(type, rows: setting.outputs, columns: setting.inputs))
                return { _ = try? compute.makeMatrix([part], precision: precision, activationBits: 16) }
            }
        }
    }
}
