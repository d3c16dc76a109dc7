package import Compute

/// The kernels under test: those of one instruction set, with different numbers of threads.
package struct KernelSubject: Sendable {
    package let name: String
    package let computes: [Compute]

    package init(name: String, computes: [Compute]) {
        self.name = name
        self.computes = computes
    }

    /// - Throws: what keeps the set or the threads from running.
    package init(_ set: InstructionSet, threads: [Int]) throws(ComputeError) {
        var computes: [Compute] = []
        for count in threads {
            computes.append(try Compute(threads: count, instructionSet: set, openBLASUse: .never))
        }
        self.init(name: set.rawValue, computes: computes)
    }

    func compute(threads: Int) -> Compute? { computes.first { $0.threadCount == threads } }
}

/// What one operation did on one instruction set with one number of threads.
package struct KernelMeasurement {
    package let operation: KernelOperation
    /// The instruction set's name; `all` where they share one version.
    package let set: String
    package let threads: Int
    package let samples: Samples
    /// What was read from memory right before or after, if the operation's data come from there.
    package let memoryBytesPerSecond: Double?
    package let share: MachineRoofs.Share?
    package let agreement: Agreement

    package var seconds: Double { samples.median }
    package var bytesPerSecond: Double { Double(operation.work.bytes) / seconds }
    package var operationsPerSecond: Double { Double(operation.work.operations) / seconds }
}

/// Runs operations on instruction sets, checks what they give, and times them.
package struct KernelBenchmark {
    /// The portable kernels, with whatever number of threads: no result depends on it.
    let reference: Compute
    let subjects: [KernelSubject]
    let roofs: MachineRoofs
    let stopwatch: Stopwatch
    /// Reads memory beside each measurement, so that both have the same neighbours.
    let probe: MemoryProbe?

    package init(
        reference: Compute, subjects: [KernelSubject], roofs: MachineRoofs, stopwatch: Stopwatch,
        probe: MemoryProbe? = nil
    ) {
        self.reference = reference
        self.subjects = subjects
        self.roofs = roofs
        self.stopwatch = stopwatch
        self.probe = probe
    }

    /// All sets in order, each with all its numbers of threads that make a difference.
    package func measure(_ operation: KernelOperation) throws -> [KernelMeasurement] {
        // The layouts in memory are those of every set.
        let kernel = try operation.prepare(reference)
        let expected = try kernel.output?(reference)
        var measurements: [KernelMeasurement] = []
        for subject in operation.hasSets ? subjects : Array(subjects.suffix(1)) {
            guard let first = subject.computes.first else { continue }
            for compute in subject.computes where operation.isSplit || compute.threadCount == first.threadCount {
                let agreement: Agreement =
                    if let expected, let found = try kernel.output?(compute) {
                        agreement(of: subject, found, with: expected, bound: operation.bound)
                    } else { .shared }
                let threads = compute.threadCount
                let level = roofs.bandwidth(threads: threads, workingSet: operation.work.workingSet)
                let probe = level?.isMemory == true ? probe : nil
                let before = probe?.bytesPerSecond(threads: threads)
                let samples = try stopwatch.samples { try kernel.run(compute) }
                let memory = before.map { max($0, probe?.bytesPerSecond(threads: threads) ?? 0) }
                measurements.append(
                    KernelMeasurement(
                        operation: operation, set: operation.hasSets ? subject.name : "all", threads: threads,
                        samples: samples, memoryBytesPerSecond: memory,
                        share: roofs.share(
                            of: operation.work, threads: threads, seconds: samples.median, memory: memory),
                        agreement: agreement))
            }
        }
        return measurements
    }

    private func agreement(
        of subject: KernelSubject, _ output: KernelOutput, with expected: KernelOutput, bound: Double
    ) -> Agreement {
        let agreement = Agreement(output, with: expected, bound: bound)
        // Only its own bits make it the reference: a set that calls itself portable may still be wrong.
        return subject.name == reference.instructionSet.rawValue && agreement == .exact ? .reference : agreement
    }
}
