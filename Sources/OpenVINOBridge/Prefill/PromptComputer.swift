internal import Checkpoints
internal import Inference
internal import Transformer

/// A model on a device that reads prompts for another backend: it shows the keys and values that it computes.
final class PromptComputer: @unchecked Sendable {
    let deviceName: String
    private let compiled: CompiledModel
    private let interface: ModelInterface
    private let parts: [IRDocument.CachePart]
    private let configuration: ModelConfiguration

    /// - Throws: as ``OpenVINOBackend`` does; ``OpenVINOError/invalidSetting(name:found:expected:)`` for an NPU, whose plugin keeps its
    ///   cache behind models of fixed shapes that show nothing.
    init(
        checkpoint: Checkpoint, configuration: ModelConfiguration, contextTokens: Int, threads: Int?,
        options: OpenVINOOptions
    ) throws {
        let folder = try ModelFolder(checkpoint)
        let runtime = try OpenVINORuntime(library: options.library)
        try runtime.requireDevice(options)
        let settings = try DeviceSettings(
            options, binPath: folder.binPath, modelTokens: contextTokens, hiddenSize: configuration.hiddenSize,
            threads: threads, cacheFolder: options.cacheFolder ?? DeviceSettings.cacheFolder(),
            knows: { runtime.knows($0, device: options.device) })
        guard !settings.isStatic else {
            throw OpenVINOError.invalidSetting(
                name: "--device with --prefill-backend", found: options.device,
                expected: "a device that lets its cache be read: an NPU's plugin does not")
        }
        let selectsRows: Bool
        (compiled, selectsRows, parts) = try folder.compileShowingCache(
            with: runtime, settings, layerCount: configuration.layerCount)
        interface = try ModelInterface(
            compiled, file: folder.xmlPath, vocabularySize: configuration.vocabularySize, selectsRows: selectsRows)
        self.configuration = configuration
        deviceName = UsedDevice(compiled, settings).name
        do throws(CallFailure) { _ = try compiled.makeRequest() } catch {
            throw OpenVINOError.compileFailed(device: options.device, file: folder.xmlPath, detail: error.message)
        }
    }

    /// One sequence's run through it.
    struct Run {
        let request: InferRequest
        var count = 0
    }

    func begin() throws(InferenceError) -> Run {
        do throws(CallFailure) { return Run(request: try compiled.makeRequest()) } catch { throw failure(error) }
    }

    /// Runs tokens behind those that a run has seen.
    ///
    /// - Returns: the cache of all its positions.
    func extend(_ run: inout Run, by tokens: [Int]) throws(InferenceError) -> ComputedCache {
        do throws(CallFailure) {
            let positions = run.count..<run.count + tokens.count
            try interface.set(tokens, positions, firstRow: tokens.count - 1, of: run.request)
            try run.request.infer()
            run.count = positions.upperBound
            return try ComputedCache(run.request, parts, configuration, count: run.count)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: CallFailure) -> InferenceError {
        .backendFailed(backend: "openvino:\(deviceName)", detail: error.message)
    }
}

/// Keys and values as a device computed them, in its memory, until the next run.
struct ComputedCache {
    private let keys: [OutputTensor]
    private let values: [OutputTensor]
    private let count: Int
    private let headSize: Int

    /// Proves that every part is (1, heads, count, head size) of floats.
    init(
        _ request: InferRequest, _ parts: [IRDocument.CachePart], _ configuration: ModelConfiguration, count: Int
    ) throws(CallFailure) {
        var (keys, values): ([OutputTensor], [OutputTensor]) = ([], [])
        let expected = [1, configuration.keyValueHeadCount, count, configuration.headSize]
        for part in parts.sorted(by: { $0.layer < $1.layer }) {
            let tensor = try request.output(part.output)
            guard tensor.shape == expected, [.f32, .f16].contains(tensor.type) else {
                throw CallFailure(
                    status: -4, message: "layer \(part.layer)'s cache is of shape \(tensor.shape), expected \(expected)"
                )
            }
            if part.isKey { keys.append(tensor) } else { values.append(tensor) }
        }
        self.keys = keys
        self.values = values
        self.count = count
        headSize = configuration.headSize
    }

    /// Copies the keys of all heads at a position, side by side, and behind them the values.
    func copy(layer: Int, position: Int, into row: inout [Float]) {
        let heads = keys[layer].rowCount / count
        for head in 0..<heads {
            let source = head * count + position
            keys[layer].copyRow(source, into: &row, head * headSize..<(head + 1) * headSize)
            let column = (heads + head) * headSize
            values[layer].copyRow(source, into: &row, column..<column + headSize)
        }
    }
}
