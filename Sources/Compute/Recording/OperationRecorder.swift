/// Keeps, while it is asked to, when each operation began and ended on each thread.
///
/// All memory is taken at the start and bounded: a thread stores two times into a place that is its own, the caller
/// besides appends what the operation was. There are neither locks nor atomics: the pool's barrier, which stands after
/// every operation, orders what the threads wrote before what the caller reads. When the room is used up, recording
/// ends with the last whole pass, and passes that follow are only counted.
///
/// While nothing is recorded, an operation costs the look at ``isRecording``.
package final class OperationRecorder: @unchecked Sendable {
    /// Some 700 tokens of a model with 32 layers: 40 MB for two threads.
    package static let defaultCapacity = 1 << 18

    package private(set) var isRecording = false
    /// The layer that the operations to come belong to; nil before the first and after the last.
    package var layer: Int?

    private let threadCount: Int
    private var spans: SpanTable?
    private var operations: [Recording.Operation] = []
    private var passes: [Recording.Pass] = []
    private var isInPass = false
    private var droppedPasses = 0
    private var start: UInt64 = 0
    /// When the room was used up.
    private var end: UInt64?

    init(threadCount: Int) { self.threadCount = threadCount }

    /// Begins to record. What was recorded before is gone.
    ///
    /// - Parameter capacity: operations to make room for.
    /// - Precondition: no operation is running.
    /// - Throws: ``ComputeError/outOfMemory(bytes:)``.
    package func start(capacity: Int = defaultCapacity) throws(ComputeError) {
        precondition(capacity > 0, "room for nothing")
        guard let spans = SpanTable(threadCount: threadCount, capacity: capacity) else {
            throw .outOfMemory(bytes: threadCount * capacity * MemoryLayout<RecordedSpan>.stride)
        }
        self.spans = spans
        operations = []
        operations.reserveCapacity(capacity)
        passes = []
        (isInPass, droppedPasses, end) = (false, 0, nil)
        isRecording = true
        start = MonotonicClock.now
    }

    /// Ends recording and gives what is there; nil where nothing was started.
    package func stop() -> Recording? {
        let now = MonotonicClock.now
        guard let spans else { return nil }
        isRecording = false
        self.spans = nil
        defer { (operations, passes) = ([], []) }
        return Recording(
            threadCount: threadCount, time: RecordedSpan(start: start, end: end ?? now), operations: operations,
            passes: passes, droppedPasses: droppedPasses, spans: spans)
    }

    // MARK: Passes

    package func beginPass(tokens: Int) {
        guard spans != nil else { return }
        guard isRecording else {
            droppedPasses += 1
            return
        }
        let now = MonotonicClock.now
        passes.append(
            Recording.Pass(
                tokens: tokens, time: RecordedSpan(start: now, end: now),
                operations: operations.count..<operations.count))
        isInPass = true
    }

    package func endPass() {
        guard isRecording, isInPass, let pass = passes.last else { return }
        isInPass = false
        passes[passes.count - 1].time = RecordedSpan(start: pass.time.start, end: MonotonicClock.now)
        passes[passes.count - 1].operations = pass.operations.lowerBound..<operations.count
    }

    // MARK: Operations

    /// Takes note of an operation that is about to run; ends recording where there is no room for it.
    ///
    /// - Returns: the operation, of which ``end(_:)`` is told once all threads are done; nil where it is not recorded.
    func begin(_ work: OperationWork) -> TimedOperation? {
        guard isRecording, let spans else { return nil }
        guard operations.count < spans.capacity else {
            giveUpPass()
            return nil
        }
        let now = MonotonicClock.now
        operations.append(Recording.Operation(work: work, layer: layer, time: RecordedSpan(start: now, end: now)))
        return TimedOperation(index: operations.count - 1, spans: spans)
    }

    func end(_ operation: TimedOperation) {
        let start = operations[operation.index].time.start
        operations[operation.index].time = RecordedSpan(start: start, end: MonotonicClock.now)
    }

    /// Half a pass would put every share in the wrong: it goes, and with it the time since it began.
    private func giveUpPass() {
        isRecording = false
        if isInPass, let pass = passes.popLast() {
            operations.removeSubrange(pass.operations.lowerBound...)
            droppedPasses = 1
            end = pass.time.start
        } else {
            end = MonotonicClock.now
        }
        isInPass = false
    }
}

/// An operation that is being recorded, as its threads know it.
struct TimedOperation: Sendable {
    let index: Int
    let spans: SpanTable

    /// One thread's part, which began then and ends now.
    func set(thread: Int, since start: UInt64) {
        spans.set(index, thread: thread, RecordedSpan(start: start, end: MonotonicClock.now))
    }
}
