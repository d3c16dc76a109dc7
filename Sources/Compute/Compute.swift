package import Kernels

/// The safe face of the kernels: which of them this machine runs, and the threads they run on.
///
/// There is one per process and model. Operations come from one caller at a time; each returns when all its
/// threads are done. No result depends on the number of threads: work is split by output rows, and the order
/// of every sum within a row is fixed by the shapes alone.
public final class Compute: Sendable {
    /// More threads than this are a mistake, not a wish.
    public static let maximumThreadCount = 1_024

    /// One per physical core that this process may use (affinity, control-group quota).
    public static var usableThreadCount: Int { ProcessorCount.usablePhysicalCores() }

    public let threadCount: Int
    public let instructionSet: InstructionSet

    /// The function table of ``instructionSet``.
    package let kernels: KernelSet
    package let pool: WorkerPool
    /// Tells where the time goes, if it is asked to.
    package var recorder: OperationRecorder { pool.recorder }
    /// Tells what meets the columns of the matrices, if it is asked to.
    package let inputSquares = InputSquares()
    /// Memory that operations use between two barriers, grown when needed, never shrunk.
    package let scratch: Scratch
    let arena = WeightArena()
    /// When dense products of many tokens go through ``OpenBLAS``, if its bits allow it at all.
    let openBLASUse: OpenBLAS.Use

    /// - Parameters:
    ///   - threads: nil for ``usableThreadCount``.
    ///   - instructionSet: nil for what `SWIFTLET_ISA` says, else the widest set of this machine.
    public convenience init(threads: Int? = nil, instructionSet: InstructionSet? = nil) throws(ComputeError) {
        try self.init(threads: threads, instructionSet: instructionSet, openBLASUse: .fromEnvironment())
    }

    /// As the other one; with or without OpenBLAS, all products have the same bits.
    /// - Parameter kernels: nil for those of the instruction set.
    package init(
        threads: Int?, instructionSet: InstructionSet?, openBLASUse: OpenBLAS.Use, kernels: KernelSet? = nil
    ) throws(ComputeError) {
        let threads = threads ?? Self.usableThreadCount
        guard (1...Self.maximumThreadCount).contains(threads) else { throw .invalidThreadCount(threads) }
        let set: InstructionSet
        if let instructionSet { set = instructionSet } else { set = try InstructionSet.fromEnvironment() }
        guard set.isSupported else { throw .unsupportedInstructionSet(set) }
        self.threadCount = threads
        self.openBLASUse = openBLASUse
        self.instructionSet = set
        self.kernels = kernels ?? set.kernels
        self.pool = try WorkerPool(threadCount: threads)
        self.scratch = Scratch(threadCount: threads)
    }
}
