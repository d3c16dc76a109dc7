import Compute
import Testing

/// Recorders see every operation on every thread, and nothing while nobody asked.
@Suite struct RecordingTests {
    /// Sums over what other threads wrote: a wrong order of writes would show.
    private struct Part: Region {
        let milliseconds: Int
        func run(thread index: Int) {
            let end = ContinuousClock.now + .milliseconds(milliseconds * (index + 1))
            while ContinuousClock.now < end {}
        }
    }

    private struct Nothing: ItemLoop {
        func run(items: Range<Int>) {}
    }

    private func work(_ name: String) -> OperationWork {
        OperationWork(name, tokens: 3, bytesRead: 5, multiplyAdds: 7)
    }

    @Test("each thread has a span in each region, one alone where a region runs here", arguments: [1, 2, 3])
    func spans(threads: Int) throws {
        let pool = try WorkerPool(threadCount: threads)
        try pool.recorder.start()
        for index in 0..<20 {
            pool.recorder.layer = index
            pool.run(Part(milliseconds: 0), as: work("region"))
            pool.split(100, Nothing(), as: work("split"))
            pool.runHere(Part(milliseconds: 0), as: work("here"))
        }
        let recording = try #require(pool.recorder.stop())
        #expect(recording.threadCount == threads && recording.operations.count == 60)
        for (index, operation) in recording.operations.enumerated() {
            let name = ["region", "split", "here"][index % 3]
            #expect(operation.work == work(name) && operation.layer == index / 3)
            let spans = (0..<threads).map { recording.span(operation: index, thread: $0) }
            #expect(spans.map { $0 != nil } == (0..<threads).map { name != "here" || $0 == 0 })
            for span in spans.compactMap({ $0 }) { #expect(operation.time.encloses(span)) }
        }
        // One after another, within the whole.
        for (earlier, later) in zip(recording.operations, recording.operations.dropFirst()) {
            #expect(earlier.time.end <= later.time.start)
        }
        #expect(recording.operations.allSatisfy { recording.time.encloses($0.time) })
    }

    @Test("a span is as long as what the thread did, an operation as long as its slowest thread")
    func durations() throws {
        let pool = try WorkerPool(threadCount: 2)
        try pool.recorder.start()
        pool.run(Part(milliseconds: 2), as: work("region"))
        let recording = try #require(pool.recorder.stop())
        let spans = try (0..<2).map { try #require(recording.span(operation: 0, thread: $0)) }
        #expect(spans[0].seconds >= 0.002 && spans[1].seconds >= 0.004)
        #expect(recording.operations[0].time.seconds >= 0.004)
    }

    @Test("while nothing is recorded there is nothing, and nobody asks what an operation is")
    func off() throws {
        let pool = try WorkerPool(threadCount: 2)
        var asked = 0
        func counted() -> OperationWork {
            asked += 1
            return work("region")
        }
        pool.run(Part(milliseconds: 0), as: counted())
        #expect(pool.recorder.stop() == nil)
        try pool.recorder.start()
        pool.run(Part(milliseconds: 0), as: counted())
        #expect(try #require(pool.recorder.stop()).operations.count == 1)
        pool.run(Part(milliseconds: 0), as: counted())
        pool.split(100, Nothing(), as: counted())
        pool.runHere(Part(milliseconds: 0), as: counted())
        #expect(asked == 1)
        #expect(pool.recorder.stop() == nil)
        try pool.recorder.start()
        #expect(try #require(pool.recorder.stop()).operations.isEmpty)
    }

    @Test("without room for a pass, recording ends with the one before; the rest are counted", arguments: [4, 5, 6, 9])
    func capacity(_ capacity: Int) throws {
        let recorder = try WorkerPool(threadCount: 2)
        try recorder.recorder.start(capacity: capacity)
        for tokens in 1...5 {
            recorder.recorder.beginPass(tokens: tokens)
            for _ in 0..<2 { recorder.run(Part(milliseconds: 0), as: work("region")) }
            recorder.recorder.endPass()
        }
        let recording = try #require(recorder.recorder.stop())
        let whole = capacity / 2
        #expect(recording.passes.map(\.tokens) == Array(1...whole))
        #expect(recording.passes.map(\.operations) == (0..<whole).map { 2 * $0..<2 * $0 + 2 })
        #expect(recording.operations.count == 2 * whole)
        #expect(recording.droppedPasses == 5 - whole)
        #expect(recording.passes.allSatisfy { recording.time.encloses($0.time) })
    }

    @Test("what an operation reads and multiplies follows from its shapes")
    func shapes() throws {
        let compute = try Compute(threads: 2)
        let matrix = try compute.makeMatrix(
            [WeightPart(try .random(.q4_0, rows: 64, columns: 96))], precision: .native, name: "ffn_down")
        #expect(matrix.label == "ffn_down Q4_0 [64, 96]")
        let (x, y) = (Activations(rows: 3, columns: 96), Activations(rows: 3, columns: 64))
        let shape = AttentionShape(headCount: 4, keyValueHeadCount: 2, headSize: 16, scale: 1, window: 3)
        let pages = CachePages(shape: shape, type: .f32)
        #expect(pages.grow(toTokens: 6))
        try compute.recorder.start()
        compute.multiply(matrix, x, rows: 0..<3, into: y)
        compute.attend(
            y, slices: [AttentionSlice(rows: 0..<2, firstPosition: 4, pages: pages)], shape: shape,
            into: Activations(rows: 3, columns: 64))
        let works = try #require(compute.recorder.stop()).operations.map(\.work)
        #expect(works[0].multiplyAdds == 3 * 64 * 96 && works[0].tokens == 3)
        #expect(works[0].bytesRead == matrix.byteCount + 3 * 96 * 4)
        // Two queries see three positions each, together the positions 2 to 5, of two heads of keys and values.
        #expect(works[1].name == "attention" && works[1].multiplyAdds == 2 * 2 * 3 * 64)
        #expect(works[1].bytesRead == 4 * 2 * (16 + 16) * 4 + 2 * 64 * 4)
    }
}

extension RecordedSpan {
    fileprivate func encloses(_ other: RecordedSpan) -> Bool {
        start <= other.start && other.start <= other.end && other.end <= end
    }
}
