package import Compute

/// What this machine can do at most, as it was measured just before: the roofline model of Williams, Waterman &
/// Patterson (2009, doi:10.1145/1498765.1498785), with a diagonal for each cache besides that of memory.
package struct MachineRoofs: Sendable {
    /// How fast a number of threads together read what fits a cache, or memory.
    package struct Bandwidth: Sendable {
        /// `L1`, `L2`, … and `memory`.
        package let level: String
        package let threads: Int
        /// Bytes that it holds for all threads together; `Int.max` for memory.
        package let capacity: Int
        /// The best that was read, and the least of what was read at different times: a machine's neighbours may take a
        /// part of its memory's speed, and give it back.
        package let bytesPerSecond: Double
        package let lowestBytesPerSecond: Double

        package init(
            level: String, threads: Int, capacity: Int, bytesPerSecond: Double, lowestBytesPerSecond: Double? = nil
        ) {
            self.level = level
            self.threads = threads
            self.capacity = capacity
            self.bytesPerSecond = bytesPerSecond
            self.lowestBytesPerSecond = lowestBytesPerSecond ?? bytesPerSecond
        }

        var isMemory: Bool { capacity == .max }
    }

    /// How many operations a number of threads together do on registers; a multiply-add counts as two.
    package struct Peak: Sendable {
        package let arithmetic: Arithmetic
        package let set: String
        package let threads: Int
        package let operationsPerSecond: Double

        package init(arithmetic: Arithmetic, set: String, threads: Int, operationsPerSecond: Double) {
            self.arithmetic = arithmetic
            self.set = set
            self.threads = threads
            self.operationsPerSecond = operationsPerSecond
        }
    }

    package let bandwidths: [Bandwidth]
    package let peaks: [Peak]

    package init(bandwidths: [Bandwidth], peaks: [Peak]) {
        self.bandwidths = bandwidths
        self.peaks = peaks
    }

    /// The fastest level that holds at least half of a working set: the other half may come from further away, but a roof
    /// is what cannot be passed.
    package func bandwidth(threads: Int, workingSet: Int) -> Bandwidth? {
        bandwidths.filter { $0.threads == threads && $0.capacity >= workingSet / 2 }.min { $0.capacity < $1.capacity }
    }

    /// The best that any set of this machine does: what it could do is no excuse for a narrower one.
    package func peak(_ arithmetic: Arithmetic, threads: Int) -> Peak? {
        peaks.filter { $0.arithmetic == arithmetic && $0.threads == threads }
            .max { $0.operationsPerSecond < $1.operationsPerSecond }
    }

    /// What a kernel reached of the roof that binds it.
    package struct Share: Sendable {
        /// 1 at the roof.
        package let fraction: Double
        /// The level whose bandwidth binds, or the arithmetic whose peak does.
        package let roof: String
    }

    /// The time that moving or computing takes at least, whichever is longer, over the time that it took.
    ///
    /// Nil where no roof was measured for so many threads.
    /// - Parameter memory: bytes per second that were read from memory just then, if that is known.
    package func share(of work: KernelWork, threads: Int, seconds: Double, memory: Double? = nil) -> Share? {
        guard let bandwidth = bandwidth(threads: threads, workingSet: work.workingSet),
            let peak = peak(work.arithmetic, threads: threads)
        else { return nil }
        let moving =
            Double(work.bytes) / (bandwidth.isMemory ? memory ?? bandwidth.bytesPerSecond : bandwidth.bytesPerSecond)
        let computing = Double(work.operations) / peak.operationsPerSecond
        return Share(
            fraction: max(moving, computing) / seconds,
            roof: moving >= computing ? bandwidth.level : work.arithmetic.rawValue)
    }

    /// The higher of each roof and the same one of another measurement.
    func raised(to others: MachineRoofs) -> MachineRoofs {
        MachineRoofs(
            bandwidths: zip(bandwidths, others.bandwidths).map { $0.bytesPerSecond > $1.bytesPerSecond ? $0 : $1 },
            peaks: zip(peaks, others.peaks).map { $0.operationsPerSecond > $1.operationsPerSecond ? $0 : $1 })
    }

    /// These, with what was read from memory beside the measurements.
    package func including(_ measurements: [KernelMeasurement]) -> MachineRoofs {
        let bandwidths = bandwidths.map { roof in
            guard roof.isMemory else { return roof }
            let reads = measurements.filter { $0.threads == roof.threads }.compactMap(\.memoryBytesPerSecond)
            return Bandwidth(
                level: roof.level, threads: roof.threads, capacity: roof.capacity,
                bytesPerSecond: reads.reduce(roof.bytesPerSecond, max),
                lowestBytesPerSecond: reads.reduce(roof.lowestBytesPerSecond, min))
        }
        return MachineRoofs(bandwidths: bandwidths, peaks: peaks)
    }
}
