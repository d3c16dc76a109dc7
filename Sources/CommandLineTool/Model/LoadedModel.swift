import Swiftlet
import Terminal

/// A model ready to answer, and what it took to get there.
struct LoadedModel {
    let model: LanguageModel
    let seconds: Double

    /// Finds the model by what the user calls it and loads it, showing progress.
    init(_ name: String, _ arguments: LoadArguments) async throws {
        let path = try ModelLocation.resolve(name)
        let start = ContinuousClock.now
        let bar = ProgressBar(
            arguments.dtype == nil ? "loading" : "quantising", unit: .bytes, delay: .milliseconds(500))
        var options = arguments.options
        options.prefill = arguments.backend.prefill(model: path)
        if case .native = options.backend, options.prefill == nil {
            model = try await LanguageModel.load(path, options: options) { progress in
                bar.update(done: progress.completedBytes, total: progress.totalBytes)
            }
        } else {
            // A device's compiler takes minutes and tells nothing.
            model = try await showingElapsedTime("preparing the model for its device") {
                try await LanguageModel.load(path, options: options)
            }
        }
        bar.finish()
        seconds = (ContinuousClock.now - start) / .seconds(1)
        for remark in model.remarks { StandardError.writeLine("swiftlet: \(remark)") }
        if model.memory.isCapped {
            StandardError.writeLine(
                "swiftlet: the context is \(model.memory.contextTokens) tokens, as far as the free memory goes; "
                    + "the model was made for \(model.memory.modelContextTokens)")
        }
    }
}
