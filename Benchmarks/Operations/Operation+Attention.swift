import Compute

extension Operation {
    /// Attention over a cache, and the way into it, with each type of cache.
    public static func attention(_ setting: Setting) -> [Operation] {
        setting.sets.flatMap { set in
            CacheType.allCases.flatMap { type in
                [1, 64].flatMap { tokens in
                    [
                        attend(setting, set, type, tokens: tokens, queriesPerKey: 1),
                        attend(setting, set, type, tokens: tokens, queriesPerKey: 4),
                        store(setting, set, type, tokens: tokens),
                    ]
                }
            }
        }
    }

    private static let headSize = 96

    private static func shape(_ setting: Setting, queriesPerKey: Int) -> AttentionShape {
        AttentionShape(
            headCount: setting.heads, keyValueHeadCount: setting.heads / queriesPerKey, headSize: headSize,
            scale: 1 / Float(headSize).squareRoot())
    }

    private static func attend(
        _ setting: Setting, _ set: InstructionSet, _ type: CacheType, tokens: Int, queriesPerKey: Int
    ) -> Operation {
        let heads = queriesPerKey == 1 ? "" : ", \(queriesPerKey) queries to a key"
        return Operation("\(set) attention \(type)\(heads), \(Setting.tokens(tokens)) at \(setting.depth)") {
            let compute = try setting.compute(set)
            let shape = shape(setting, queriesPerKey: queriesPerKey)
            let pages = CachePages(shape: shape, type: type)
            let end = setting.depth + tokens
            guard pages.grow(toTokens: end) else { throw ComputeError.outOfMemory(bytes: 0) }
            let x = Activations.noise(rows: end, columns: 3 * setting.heads * headSize)
            compute.store(
                keyValues: x, rows: 0..<end, keyColumn: setting.heads * headSize,
                valueColumn: 2 * setting.heads * headSize, firstPosition: 0, into: pages)
            let slices = [AttentionSlice(rows: 0..<tokens, firstPosition: setting.depth, pages: pages)]
            let out = Activations(rows: tokens, columns: setting.heads * headSize)
            return { compute.attend(x, slices: slices, shape: shape, into: out) }
        }
    }

    private static func store(
        _ setting: Setting, _ set: InstructionSet, _ type: CacheType, tokens: Int
    ) -> Operation {
        Operation("\(set) cache store \(type), \(Setting.tokens(tokens))") {
            let compute = try setting.compute(set)
            let pages = CachePages(shape: shape(setting, queriesPerKey: 1), type: type)
            guard pages.grow(toTokens: tokens) else { throw ComputeError.outOfMemory(bytes: 0) }
            let columns = setting.heads * headSize
            let x = Activations.noise(rows: tokens, columns: 2 * columns)
            return {
                compute.store(
                    keyValues: x, rows: 0..<tokens, keyColumn: 0, valueColumn: columns, firstPosition: 0, into: pages)
            }
        }
    }
}
