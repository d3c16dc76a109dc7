import CommandLineTool
import Compute
import Kernels

/// What the tests of `swiftlet kernels` share: small shapes, and roofs that make for round numbers.
enum KernelSupport {
    static let tiny = KernelShapes(
        name: "a tiny model", hidden: 256, intermediate: 512, heads: 4, keyValueHeads: 2, headSize: 32, depth: 128,
        chunk: 16,
        streamBytes: 1 << 20)

    static let supported = InstructionSet.allCases.filter(\.isSupported)

    /// One thread reads 100 GB/s from L1 and 10 from memory, and does 100 GFLOP/s and 400 GOP/s; two threads twice that.
    static let roofs = MachineRoofs(
        bandwidths: [1, 2].flatMap { threads in
            [
                MachineRoofs.Bandwidth(
                    level: "L1", threads: threads, capacity: 1024 * threads, bytesPerSecond: 100e9 * Double(threads)),
                MachineRoofs.Bandwidth(
                    level: "memory", threads: threads, capacity: .max, bytesPerSecond: 10e9 * Double(threads)),
            ]
        },
        peaks: [1, 2].flatMap { threads in
            [
                MachineRoofs.Peak(
                    arithmetic: .float, set: "portable", threads: threads, operationsPerSecond: 50e9 * Double(threads)),
                MachineRoofs.Peak(
                    arithmetic: .float, set: "avx2", threads: threads, operationsPerSecond: 100e9 * Double(threads)),
                MachineRoofs.Peak(
                    arithmetic: .int8, set: "avx2", threads: threads, operationsPerSecond: 400e9 * Double(threads)),
            ]
        })

    static func compute(threads: Int = 1, kernels: KernelSet? = nil) throws -> Compute {
        try Compute(threads: threads, instructionSet: .portable, openBLASUse: .never, kernels: kernels)
    }

    /// A benchmark of the portable kernels, or of others in their name.
    static func benchmark(kernels: KernelSet? = nil, threads: [Int] = [1]) throws -> KernelBenchmark {
        let computes = try threads.map { try compute(threads: $0, kernels: kernels) }
        return KernelBenchmark(
            reference: try compute(), subjects: [KernelSubject(name: "portable", computes: computes)], roofs: roofs,
            stopwatch: .quick)
    }

    /// Those of the tiny shapes whose name begins like this.
    static func operations(_ name: String) -> [KernelOperation] {
        KernelCatalogue.all(tiny).filter { $0.name.hasPrefix(name) }
    }
}
