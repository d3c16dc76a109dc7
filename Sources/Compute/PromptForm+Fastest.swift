#if canImport(KernelsAVX2)
    import Kernels
    import KernelsAVX2
    import KernelsAVX512

    extension PromptForm {
        /// Which form multiplies faster here. Asked of the kernels themselves, in a third of a millisecond: the families that
        /// multiply in all of their vector units are too many to list, and what a virtual machine says of its processor need
        /// not be true. Whatever comes out of it, the bits are the same.
        static let fastest: PromptForm = {
            let trials = allCases.map { (form: $0, trial: PromptTrial($0)) }
            var least = [UInt64](repeating: .max, count: trials.count)
            // In turn, so that all have the same clock rate and neighbours; the first rounds wake the wide units.
            for _ in 0..<12 {
                for index in trials.indices { least[index] = min(least[index], trials[index].trial.nanoseconds()) }
            }
            return zip(trials, least).min { $0.1 < $1.1 }!.0.form
        }()
    }

    /// Products of expanded nibbles in one form, as a prompt has them; all zeros.
    @safe private final class PromptTrial {
        /// A panel of tokens for every form, so many times over that all have the same number.
        private static let tokens = 24
        private static let (columns, groups) = (3072, 4)

        private let expanded: ExpandedWeights
        private let weights: UnsafeMutableRawPointer
        private let activations: UnsafeMutableRawPointer
        private let output: UnsafeMutablePointer<Float>

        init(_ form: PromptForm) {
            expanded = KernelSet.avx512(over: .avx2, promptsBy: form).multiply.expandedInt8!
            let weightBytes = expanded.bytes(expanded.nibble, groups: Self.groups, columns: Self.columns)
            let activationBytes = Self.tokens * ActivationBlock.rowBytes(columns: Self.columns, .int8)
            unsafe weights = .allocate(byteCount: weightBytes, alignment: 64)
            unsafe weights.initializeMemory(as: UInt8.self, repeating: 0, count: weightBytes)
            unsafe activations = .allocate(byteCount: activationBytes, alignment: 64)
            unsafe activations.initializeMemory(as: UInt8.self, repeating: 0, count: activationBytes)
            unsafe output = .allocate(capacity: Self.tokens * Self.groups * TileLayout.rows)
        }

        deinit {
            unsafe weights.deallocate()
            unsafe activations.deallocate()
            unsafe output.deallocate()
        }

        /// How long all tokens take.
        func nanoseconds() -> UInt64 {
            let start = MonotonicClock.now
            for token in stride(from: 0, to: Self.tokens, by: expanded.tokens) {
                let offset = token * ActivationBlock.rowBytes(columns: Self.columns, .int8)
                let rows = Self.groups * TileLayout.rows
                unsafe expanded.nibble.multiply(
                    TileCall(
                        weights: weights, groups: Self.groups,
                        groupBytes: expanded.nibble.groupBytes(columns: Self.columns), columns: Self.columns,
                        activations: activations + offset, activationStride: 0, tokens: expanded.tokens,
                        output: output + token * rows, outputStride: rows, rows: rows, accumulates: false))
            }
            return MonotonicClock.now - start
        }
    }
#endif
