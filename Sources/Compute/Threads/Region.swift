/// What the threads of a pool do side by side: a value that lies on the caller's stack while they run it.
///
/// Regions are types and not closures because the context of a closure that crosses to another thread is allocated,
/// and a token runs through some two hundred regions.
package protocol Region: ~Copyable {
    /// One thread's part.
    func run(thread index: Int)

    /// The same, for a region that another thread finds at an address.
    @unsafe static func run(at region: UnsafeRawPointer, thread index: Int)
}

extension Region where Self: ~Copyable {
    @unsafe package static func run(at region: UnsafeRawPointer, thread index: Int) {
        unsafe region.assumingMemoryBound(to: Self.self).pointee.run(thread: index)
    }
}

/// Work in equal items, of which each thread gets a contiguous range.
package protocol ItemLoop {
    /// Does some of the items, one after another.
    func run(items: Range<Int>)
}

/// The region in which an item loop is shared out: ranges fixed by the counts alone.
struct SharedItems<Loop: ItemLoop>: Region {
    let loop: Loop
    let count: Int
    let threadCount: Int

    func run(thread index: Int) {
        let items = WorkerPool.share(of: count, index: index, among: threadCount)
        if !items.isEmpty { loop.run(items: items) }
    }
}

/// A region for work that is rare enough to be a closure, as at load.
struct ClosureRegion: Region {
    let body: (_ index: Int) -> Void

    func run(thread index: Int) { body(index) }
}
