import Compute
import ModelHub

/// What is measured before any model is loaded, for that a reader may judge the figures.
struct BenchSurroundings {
    var modelHash: String?
    var bandwidth: Double?
}

extension BenchSurroundings {
    init(measuring file: LocalModel, threads: Int) throws {
        self.init(modelHash: try ModelHash.sha256(of: file), bandwidth: MemoryBandwidth.measure(threads: threads))
        // What this took is not the model's.
        SystemMemory.resetPeak()
    }
}
