import Foundation
import Synchronization
import Terminal
import Testing

@Suite struct InterruptsTests {
    private final class Log: Sendable {
        let entries = Mutex<[String]>([])
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    @Test func theFirstStopsTheWorkTheSecondLeaves() async {
        let log = Log()
        let interrupts = Interrupts(leave: { log.add("leave \($0)") })
        await interrupts.whileRunning(onInterrupt: { log.add("stop") }) {
            interrupts.deliver(SIGINT)
            #expect(interrupts.count == 1)
            interrupts.deliver(SIGINT)
        }
        #expect(log.all == ["stop", "leave 130"])
    }

    @Test func eachWorkCountsAnew() async {
        let log = Log()
        let interrupts = Interrupts(leave: { log.add("leave \($0)") })
        for _ in 0..<2 {
            await interrupts.whileRunning(onInterrupt: { log.add("stop") }) { interrupts.deliver(SIGINT) }
        }
        #expect(log.all == ["stop", "stop"])
    }

    @Test func withNoWorkTheFirstLeaves() {
        let log = Log()
        Interrupts(leave: { log.add("leave \($0)") }).deliver(SIGINT)
        #expect(log.all == ["leave 130"])
    }

    @Test func terminationLeavesAtOnce() {
        let log = Log()
        Interrupts(leave: { log.add("leave \($0)") }).deliver(SIGTERM)
        #expect(log.all == ["leave 143"])
    }

    @Test func whatMayNotStayBehindIsCleanedUpFirst() {
        for (signal, status) in [(SIGINT, 130), (SIGTERM, 143)] {
            let log = Log()
            let interrupts = Interrupts(leave: { log.add("leave \($0)") })
            interrupts.cleaningUp({ log.add("clean up") }) { interrupts.deliver(signal) }
            interrupts.reset()
            interrupts.deliver(signal)
            #expect(log.all == ["clean up", "leave \(status)", "leave \(status)"])
        }
    }

    @Test func streamsCarryEveryEvent() async {
        let log = Log()
        let interrupts = Interrupts(leave: { log.add("leave \($0)") })
        var events = interrupts.events().makeAsyncIterator()
        interrupts.deliver(SIGINT)
        interrupts.deliver(SIGINT)
        interrupts.deliver(SIGTERM)
        #expect(await events.next() == .interrupt(count: 1))
        #expect(await events.next() == .interrupt(count: 2))
        #expect(await events.next() == .terminate)
        #expect(log.all == ["leave 130", "leave 143"])
    }
}
