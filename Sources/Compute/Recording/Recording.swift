/// What the threads did while somebody recorded: operations in their order, and in each the part of every thread.
package struct Recording: Sendable {
    /// One call of an operation, as its caller saw it.
    package struct Operation: Sendable {
        package let work: OperationWork
        /// nil before the first layer and after the last.
        package let layer: Int?
        /// From before the other threads were called until all were done.
        package internal(set) var time: RecordedSpan
    }

    /// Some tokens on their way through all layers.
    package struct Pass: Sendable {
        package let tokens: Int
        package internal(set) var time: RecordedSpan
        package internal(set) var operations: Range<Int>
    }

    package let threadCount: Int
    /// From start to stop, or to the first pass that found no room.
    package let time: RecordedSpan
    package let operations: [Operation]
    package let passes: [Pass]
    /// Passes that came when there was no room left: nothing is known of them.
    package let droppedPasses: Int
    let spans: SpanTable

    /// One thread's part of an operation, within the operation's time; nil where it had none.
    package func span(operation: Int, thread: Int) -> RecordedSpan? { spans.span(operation, thread: thread) }
}
