/// A cache in memory that is both what the model reads and what it writes: a run adds its tokens' keys and values in place, and
/// nothing is copied.
///
/// An operation that takes its cache this way (GroupQueryAttention) is told by the mask how many tokens are there, so the memory may have
/// room for more. It grows by pages, at least by half, a layer at a time.
///
///     layer's keys: (1, heads, capacity, head size)     valid: [0 ..< count] of each head
final class SharedBuffer: KeyValueStore {
    private let runtime: ONNXRuntime
    private let interface: ModelInterface
    private let contextTokens: Int
    private var memories: [HostMemory] = []
    private var capacity = 0
    /// Whether growing failed half-way: nothing that it holds is good then.
    private var isBroken = false

    static let pageTokens = 256

    init(_ runtime: ONNXRuntime, _ interface: ModelInterface, contextTokens: Int) {
        self.runtime = runtime
        self.interface = interface
        self.contextTokens = contextTokens
    }

    func keeps(total: Int) -> Bool { !isBroken }

    func prepare(_ binding: Binding, count: Int, total: Int) throws(CallFailure) {
        guard total > capacity || isBroken else { return }
        let grown = max(total, min(contextTokens, capacity + capacity / 2))
        let pages = (grown + Self.pageTokens - 1) / Self.pageTokens
        try grow(to: max(total, min(contextTokens, pages * Self.pageTokens)), keeping: count, binding)
    }

    /// One part after another, so that never more than one is there twice.
    private func grow(to newCapacity: Int, keeping count: Int, _ binding: Binding) throws(CallFailure) {
        let configuration = interface.configuration
        let heads = configuration.keyValueHeadCount
        let row = configuration.headSize * interface.cacheType.byteCount
        isBroken = true
        for (index, name) in interface.pasts.enumerated() {
            let memory = HostMemory(byteCount: heads * newCapacity * row)
            if count > 0, index < memories.count {
                memory.copy(
                    from: memories[index], stretches: heads, bytes: count * row, stride: newCapacity * row,
                    otherStride: capacity * row)
            }
            let tensor = try Tensor(
                runtime, memory, type: interface.cacheType,
                shape: [1, heads, newCapacity, configuration.headSize])
            try binding.bind(input: name, to: tensor)
            try binding.bind(output: interface.presents[index].name, to: tensor)
            if index < memories.count { memories[index] = memory } else { memories.append(memory) }
        }
        capacity = newCapacity
        isBroken = false
    }

    func take(_ presents: [Tensor]) {}

    func truncate(to count: Int) -> Int { count }
}
