import COpenBLAS
import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// OpenBLAS for dense weights and many tokens, where its bits are those of our own kernel.
///
/// Logits may not change with the number of tokens in a call, so a product by OpenBLAS must equal, bit for bit, what
/// the dense kernel of the instruction set gives for a single token. Both are defined as one chain of fused
/// multiply-adds over a panel of 256 columns, and the panels' sums in order; whether the library that this machine
/// has does that is not promised by anyone, so it is probed: OpenBLAS is only ever called with the shapes
/// (``rows``, ``tokens``, a ``depths``), and each of these has been compared first, once per process.
package enum OpenBLAS {
    /// When to call it, provided that its bits agree.
    package enum Use: String, Sendable {
        case always, never
        case whereFaster = "auto"

        /// What `SWIFTLET_OPENBLAS` asks for.
        static func fromEnvironment() throws(ComputeError) -> Use {
            guard let value = unsafe getenv("SWIFTLET_OPENBLAS") else { return .whereFaster }
            let name = unsafe String(cString: value)
            guard let use = Use(rawValue: name) else { throw .unknownOpenBLASUse(name) }
            return use
        }
    }

    /// Rows of a call: eight groups.
    package static let rows = 64
    /// Tokens of a call; those left over go through the kernel.
    package static let tokens = 64
    /// Columns of a call: a panel, or what is left of a row for the last one.
    static let depths = [64, 128, 192, 256]

    /// Bytes that a call of ``multiply(_:layout:scratch:)`` works in: a panel of weights and the sums.
    static let scratchBytes = (rows * densePanelColumns + rows * tokens) * 4

    /// Whether a matrix with so many columns can be cut into calls of the probed shapes.
    static func canMultiply(columns: Int) -> Bool { columns > 0 && columns % 64 == 0 }

    /// Whether it is faster than our kernel for a layout: for none, when both were measured side by side. The module's
    /// README has the figures; a library that does better is one line here.
    static func isFaster(_ layout: TileLayout) -> Bool { false }

    /// Whether OpenBLAS gives the same bits as the dense kernel of a set.
    package static func agrees(with set: InstructionSet) -> Bool {
        switch set {
        case .portable: agreesWithPortable
        // The dense kernels of the wider set give the bits of the narrower one's.
        case .avx2, .avx512: agreesWithAVX2
        }
    }

    private static let agreesWithPortable = probe(InstructionSet.portable.kernels.multiply)
    private static let agreesWithAVX2 = InstructionSet.avx2.isSupported && probe(InstructionSet.avx2.kernels.multiply)

    /// Multiplies ``rows`` rows with ``tokens`` tokens. The call's `groups`, `rows` and `tokens` are these.
    @unsafe static func multiply(_ call: TileCall, layout: TileLayout, scratch: UnsafeMutableRawPointer) {
        let panel = unsafe scratch.assumingMemoryBound(to: Float.self)
        let sums = unsafe panel + rows * densePanelColumns
        let x = unsafe call.activations.assumingMemoryBound(to: Float.self)
        var start = 0
        while unsafe start < call.columns {
            let depth = unsafe min(densePanelColumns, call.columns - start)
            unsafe unpack(call, layout, columns: start..<start + depth, into: panel)
            // Column-major: (rows, depth) · (depth, tokens) -> (rows, tokens), added to the panels before.
            unsafe cblas_sgemm(
                CblasColMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(tokens), blasint(depth), 1,
                panel, blasint(rows), x + start, blasint(call.activationStride / 4), start == 0 ? 0 : 1,
                sums, blasint(rows))
            start += depth
        }
        for token in 0..<tokens {
            for row in stride(from: 0, to: rows, by: 8) {
                let products = unsafe UnsafeRawPointer(sums + token * rows + row).loadUnaligned(as: SIMD8<Float>.self)
                let out = unsafe UnsafeMutableRawPointer(call.output + token * call.outputStride + row)
                let result = unsafe call.accumulates ? out.loadUnaligned(as: SIMD8<Float>.self) + products : products
                unsafe out.storeBytes(of: result, as: SIMD8<Float>.self)
            }
        }
    }

    /// Eight groups of a dense tile as one column-major matrix of floats.
    @unsafe private static func unpack(
        _ call: TileCall, _ layout: TileLayout, columns: Range<Int>, into panel: UnsafeMutablePointer<Float>
    ) {
        for group in 0..<rows / TileLayout.rows {
            let weights = unsafe call.weights + group * call.groupBytes
            for column in columns {
                let out = unsafe UnsafeMutableRawPointer(panel + (column - columns.lowerBound) * rows + 8 * group)
                let values: SIMD8<Float>
                switch layout {
                case .f16:
                    values = Half.floats(
                        unsafe weights.loadUnaligned(fromByteOffset: 16 * column, as: SIMD8<UInt16>.self))
                case .bf16:
                    values = BFloat16.floats(
                        unsafe weights.loadUnaligned(fromByteOffset: 16 * column, as: SIMD8<UInt16>.self))
                default: values = unsafe weights.loadUnaligned(fromByteOffset: 32 * column, as: SIMD8<Float>.self)
                }
                unsafe out.storeBytes(of: values, as: SIMD8<Float>.self)
            }
        }
    }

    /// Compares with the kernel over every depth, on numbers whose sums round at every step.
    private static func probe(_ kernels: MultiplyKernels) -> Bool {
        // Our threads each call it; its own would only fight with them for the cores.
        openblas_set_num_threads(1)
        let kernel = unsafe kernels.kernel(for: .f32, .f32)
        var state: UInt32 = 1
        func random(_ count: Int) -> [Float] {
            (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(state >> 8) * 0x1p-23 - 1
            }
        }
        return depths.allSatisfy { depth in
            // Twice a panel, so that adding panels is compared too.
            let columns = depth == densePanelColumns ? 2 * depth : densePanelColumns + depth
            let weights = random(rows * columns)
            let activations = random(tokens * columns)
            var expected = [Float](repeating: 0, count: rows * tokens)
            var found = expected
            var scratch = [Float](repeating: 0, count: scratchBytes / 4)
            unsafe weights.withUnsafeBytes { weights in
                unsafe activations.withUnsafeBytes { activations in
                    func call(_ output: inout [Float], _ body: (TileCall) -> Void) {
                        unsafe output.withUnsafeMutableBufferPointer { output in
                            unsafe body(
                                TileCall(
                                    weights: weights.baseAddress!, groups: rows / 8, groupBytes: 32 * columns,
                                    columns: columns, activations: activations.baseAddress!,
                                    activationStride: 4 * columns, tokens: tokens, output: output.baseAddress!,
                                    outputStride: rows, rows: rows, accumulates: false))
                        }
                    }
                    unsafe call(&found) { call in
                        unsafe scratch.withUnsafeMutableBytes {
                            unsafe multiply(call, layout: .f32, scratch: $0.baseAddress!)
                        }
                    }
                    unsafe call(&expected) { whole in
                        for token in 0..<tokens {
                            var one = unsafe whole
                            unsafe one.tokens = 1
                            unsafe one.activations += token * one.activationStride
                            unsafe one.output += token * one.outputStride
                            unsafe kernel(one)
                        }
                    }
                }
            }
            return found.elementsEqual(expected) { $0.bitPattern == $1.bitPattern }
        }
    }
}
