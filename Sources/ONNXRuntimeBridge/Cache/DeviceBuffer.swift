/// A cache in the provider's memory that is both what the model reads and what it writes, as ``SharedBuffer`` is in this machine's.
///
/// It cannot be copied into a longer one from here, so it grows by doubling, and a sequence that outgrows it begins anew.
final class DeviceBuffer: KeyValueStore {
    private let session: Session
    private let interface: ModelInterface
    private let contextTokens: Int
    private var capacity = 0
    /// What is bound must stay as long as it is.
    private var tensors: [String: Tensor] = [:]

    static let leastTokens = 1_024

    init(_ session: Session, _ interface: ModelInterface, contextTokens: Int) {
        self.session = session
        self.interface = interface
        self.contextTokens = contextTokens
    }

    func keeps(total: Int) -> Bool { total <= capacity }

    func prepare(_ binding: Binding, count: Int, total: Int) throws(CallFailure) {
        guard total > capacity else { return }
        guard count == 0 else { throw CallFailure(message: "a cache that cannot grow with what it holds") }
        let configuration = interface.configuration
        let wanted = max(total, min(contextTokens, max(Self.leastTokens, 2 * capacity)))
        capacity = 0
        let shape = [1, configuration.keyValueHeadCount, wanted, configuration.headSize]
        for (past, present) in zip(interface.pasts, interface.presents) {
            let allocator = try DeviceAllocator(session, likeOutput: present.index, of: interface.outputCount)
            let tensor = try allocator.makeTensor(interface.cacheType, shape)
            try binding.bind(input: past, to: tensor)
            try binding.bind(output: present.name, to: tensor)
            tensors[past] = tensor
        }
        capacity = wanted
    }

    func take(_ presents: [Tensor]) {}

    func truncate(to count: Int) -> Int { count }
}
