import Compute
import LadderSteps
import Tensors

/// The end of the ladder: what `swiftlet` itself runs, through its public face.
extension Rung {
    static let product: [Rung] = {
        var rungs: [Rung] = []
        #if arch(x86_64)
            rungs.append(
                Rung(
                    8, "the kernel of Swiftlet itself", because: "activations quantised by vectors; 2 MiB pages",
                    missing: InstructionSet.avx2.isSupported ? nil : "AVX2"
                ) { try Prepared(product: $0, threads: 1, .avx2) })
        #endif
        let best = InstructionSet.best
        rungs.append(
            Rung(
                9, "the widest set here: \(best.rawValue)",
                because: best == .avx512
                    ? "16 rows to a vector, more registers, vpdpbusd" : "as step 4, by the product",
                missing: best == .avx2 ? "AVX-512 VNNI" : nil
            ) { try Prepared(product: $0, threads: 1, best) })
        let threads = ProcessorThreads.usable
        rungs.append(
            Rung(
                10, "all cores: \(threads)", because: "contiguous shares of the rows; no output depends on the split",
                missing: threads == 1 ? "a second core" : nil
            ) { try Prepared(product: $0, threads: threads, best) })
        return rungs
    }()
}

private enum ProcessorThreads {
    /// As many as the product would take.
    static let usable = (try? Compute().threadCount) ?? 1
}

extension Rung.Prepared {
    /// The same Q4_0 bytes as a tensor, re-tiled by the product at load, multiplied by its kernels.
    init(product problem: Problem, threads: Int, _ set: InstructionSet) throws {
        let (sizes, compute) = (problem.sizes, try Compute(threads: threads, instructionSet: set))
        let tensor = Tensor(
            name: "weights", type: .q4_0, shape: TensorShape([sizes.rows, sizes.columns]),
            storage: ProblemStorage(problem), byteOffset: 0)
        let matrix = try compute.makeMatrix([WeightPart(tensor)], precision: .native)
        let x = Activations(rows: sizes.tokens, columns: sizes.columns)
        for token in 0..<sizes.tokens {
            let row = UnsafeBufferPointer(start: problem.x + token * sizes.columns, count: sizes.columns)
            x.setRow(token, Array(row))
        }
        let y = Activations(rows: sizes.tokens, columns: sizes.rows)
        run = { compute.multiply(matrix, x, rows: 0..<sizes.tokens, into: y) }
        output = { (0..<sizes.tokens).flatMap { y.copyRow($0) } }
    }
}

/// The blocks of a problem as a tensor's bytes.
private final class ProblemStorage: TensorStorage, @unchecked Sendable {
    private let problem: Problem
    init(_ problem: Problem) { self.problem = problem }
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: problem.weights.base, count: problem.weights.byteCount)
    }
}
