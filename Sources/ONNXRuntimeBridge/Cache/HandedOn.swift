/// A cache that each run makes anew, a little longer, where the provider computes: what one run gave is what the next is given.
///
/// It never leaves the provider's memory. It cannot be cut there either; whoever wants fewer tokens begins anew.
final class HandedOn: KeyValueStore {
    private let runtime: ONNXRuntime
    private let interface: ModelInterface
    private var tensors: [Tensor] = []
    private var isBound = false

    init(_ runtime: ONNXRuntime, _ interface: ModelInterface) {
        self.runtime = runtime
        self.interface = interface
    }

    func keeps(total: Int) -> Bool { true }

    func prepare(_ binding: Binding, count: Int, total: Int) throws(CallFailure) {
        if tensors.isEmpty {
            let configuration = interface.configuration
            let nothing = HostMemory(byteCount: 0)
            let shape = [1, configuration.keyValueHeadCount, 0, configuration.headSize]
            let empty = try Tensor(runtime, nothing, type: interface.cacheType, shape: shape)
            tensors = interface.pasts.map { _ in empty }
            isBound = false
        }
        if !isBound {
            for (name, tensor) in zip(interface.pasts, tensors) { try binding.bind(input: name, to: tensor) }
            isBound = true
        }
        // What the last run left there is of its length.
        try binding.bindWhereMade(outputs: interface.presents, of: interface.outputCount)
    }

    func take(_ presents: [Tensor]) {
        tensors = presents
        isBound = false
    }

    func truncate(to count: Int) -> Int {
        tensors = []
        return 0
    }
}
