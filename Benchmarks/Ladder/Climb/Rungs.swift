import Compute
import LadderSteps

#if arch(x86_64)
    import LadderAVX2
#endif

extension Rung {
    /// The ladder, from the definition to the product.
    static let all: [Rung] = portable + avx2 + product

    private static let portable = [
        Rung(1, "three loops, a weight at a time", because: "the definition") { problem in
            Prepared(problem) { y in multiplyNaive(problem.weights.base, problem.x, into: y, problem.sizes) }
        },
        Rung(2, "a row to floats once, then SIMD", because: "unpacked once for all tokens; four chains of eight lanes")
        {
            problem in
            let row = Memory(byteCount: problem.sizes.columns * 4)
            return Prepared(problem) { y in
                multiplyDequantizedRows(problem.weights.base, problem.x, into: y, problem.sizes, row: row.floats)
            }
        },
        Rung(3, "activations as bytes", because: "dot products of integers: 1.8 bytes read for each, not 8") {
            problem in
            Prepared(quantizing: problem) { x, y in multiplyIntegers(problem.weights.base, x, into: y, problem.sizes) }
        },
        Rung(4, "eight rows interleaved, a lane a row", because: "no sums across lanes; one conversion for eight rows")
        {
            problem in
            let weights = problem.interleaved()
            return Prepared(quantizing: problem) { x, y in multiplyInterleaved(weights.base, x, into: y, problem.sizes)
            }
        },
    ]

    #if arch(x86_64)
        private static let missingAVX2 = InstructionSet.avx2.isSupported ? nil : "AVX2"

        private static let avx2 = [
            Rung(
                5, "vpmaddubsw, sums in 16 bits", because: "32 products in one instruction; the -8 once a block",
                missing: missingAVX2
            ) { problem in
                let (weights, sizes) = (problem.interleaved(), problem.sizes)
                return Prepared(quantizing: problem) { x, y in
                    multiplyBytesTimesBytes(
                        weights.base, x, into: y, rows: sizes.rows, blocks: sizes.blocks, tokens: sizes.tokens)
                }
            },
            Rung(
                6, "four tokens per pass", because: "nibbles unpacked once for four; all 16 registers in use",
                missing: missingAVX2
            ) { problem in
                let (weights, sizes) = (problem.interleaved(), problem.sizes)
                return Prepared(quantizing: problem) { x, y in
                    multiplyFourTokens(
                        weights.base, x, into: y, rows: sizes.rows, blocks: sizes.blocks, tokens: sizes.tokens)
                }
            },
            Rung(
                7, "chunks of 128 KiB, prefetch", because: "weights wait in the 2nd-level cache for all tokens",
                missing: missingAVX2
            ) { problem in
                let (weights, sizes) = (problem.interleaved(), problem.sizes)
                return Prepared(quantizing: problem) { x, y in
                    multiplyCacheBlocks(
                        weights.base, x, into: y, rows: sizes.rows, blocks: sizes.blocks, tokens: sizes.tokens)
                }
            },
        ]
    #else
        private static let avx2: [Rung] = []
    #endif
}

extension Rung.Prepared {
    /// A product of floats with the weights.
    init(_ problem: Problem, _ multiply: @escaping (_ y: UnsafeMutablePointer<Float>) -> Void) {
        let y = Memory(byteCount: problem.sizes.tokens * problem.sizes.rows * 4)
        run = { multiply(y.floats) }
        output = { Array(UnsafeBufferPointer(start: y.floats, count: problem.sizes.tokens * problem.sizes.rows)) }
    }

    /// A product of quantised activations; quantising them is part of what is measured.
    init(
        quantizing problem: Problem,
        _ multiply: @escaping (_ x: UnsafeRawPointer, _ y: UnsafeMutablePointer<Float>) -> Void
    ) {
        let blocks = Memory(byteCount: problem.sizes.tokens * problem.sizes.blocks * ActivationBlock.bytes)
        self.init(problem) { y in
            ActivationBlock.quantize(problem.x, into: blocks.base, problem.sizes)
            multiply(blocks.base, y)
        }
    }
}

extension Problem {
    var x: UnsafePointer<Float> { UnsafePointer(activations.floats) }

    /// The weights as steps 4 to 7 want them.
    func interleaved() -> Memory {
        let result = Memory(byteCount: InterleavedWeights.bytes(sizes))
        InterleavedWeights.interleave(weights.base, into: result.base, sizes)
        return result
    }
}
