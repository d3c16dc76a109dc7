/// Counts the bytes of a pull and tells how fast they came lately, ten times a second at most.
struct TransferMeter {
    private let total: Int
    private let report: @Sendable (PullProgress) -> Void
    private var file = ""
    /// Bytes of the files that are done, and of the one that is not.
    private var finished = 0
    private var current = 0
    private var speed: Double?
    private var sinceReport = 0
    private var lastReport = ContinuousClock.now

    private static let interval = Duration.milliseconds(100)
    /// The weight of the newest tenth of a second: a memory of about two seconds.
    private static let smoothing = 0.05

    init(total: Int, report: @escaping @Sendable (PullProgress) -> Void) {
        self.total = total
        self.report = report
    }

    mutating func begin(file: String) {
        self.file = file
        current = 0
    }

    /// So much of the current file is here without having been fetched now, or is not after all.
    mutating func set(current: Int) { self.current = current }

    mutating func add(_ count: Int) {
        current += count
        sinceReport += count
        let now = ContinuousClock.now
        let elapsed = now - lastReport
        guard elapsed >= Self.interval else { return }
        let latest = Double(sinceReport) / (elapsed / .seconds(1))
        speed = speed.map { $0 + (latest - $0) * Self.smoothing } ?? latest
        sinceReport = 0
        lastReport = now
        tell()
    }

    mutating func end(size: Int) {
        finished += size
        current = 0
        tell()
    }

    private func tell() {
        report(PullProgress(file: file, received: finished + current, total: total, bytesPerSecond: speed))
    }
}
