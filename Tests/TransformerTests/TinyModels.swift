import Checkpoints
import Compute
import Foundation
import Inference
import TestSupport
import Testing
import Transformer

/// A tiny random checkpoint with what the oracle computed for it.
struct TinyModel: Sendable, CustomTestStringConvertible {
    let name: String
    let folder: String

    var testDescription: String { name }

    /// The script-made models in the repository, and those of the golden data where this machine has them.
    static let all: [TinyModel] = {
        let committed = Golden.repository.appendingPathComponent("Tests/Golden").path
        let folders = [committed] + [Golden.path("models")].compactMap { $0 }
        return folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().compactMap { name in
                let model = TinyModel(name: name, folder: "\(folder)/\(name)")
                let isModel = FileManager.default.fileExists(atPath: "\(model.folder)/config.json")
                return isModel && model.oracle != nil ? model : nil
            }
        }
    }()

    /// The sharded copy has the weights, and so the answers, of the model it was cut from.
    var oracle: String? {
        let own = "\(folder)/golden.safetensors"
        let whole = "\(folder.replacing("-sharded", with: ""))/golden.safetensors"
        return [own, whole].first { FileManager.default.fileExists(atPath: $0) }
    }

    func golden() throws -> SafetensorsFile { try SafetensorsFile(path: oracle!) }

    func load(
        precision: WeightPrecision = .exact, cacheType: CacheType = .f32, threads: Int = 1, chunk: Int = 256
    ) throws -> TransformerBackend {
        try loadBackend(folder, precision: precision, cacheType: cacheType, threads: threads, chunk: chunk)
    }
}

func loadBackend(
    _ path: String, precision: WeightPrecision = .exact, cacheType: CacheType = .f32, threads: Int = 1,
    chunk: Int = 256, instructionSet: InstructionSet? = nil
) throws -> TransformerBackend {
    let checkpoint = try Checkpoint.open(path)
    var options = TransformerBackend.Options()
    options.precision = precision
    options.cacheType = cacheType
    options.prefillChunkTokens = chunk
    return try TransformerBackend(
        checkpoint: checkpoint, configuration: try ModelConfiguration(checkpoint),
        compute: try Compute(threads: threads, instructionSet: instructionSet), options: options)
}

/// Logits of every position, (T, vocabulary), in calls of at most `step` tokens.
func allLogits(_ backend: TransformerBackend, _ ids: [Int], step: Int = .max) throws -> [Float] {
    let sequence = try backend.makeSequence()
    let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
    #expect(try sequence.reserve(totalTokens: ids.count) == 0)
    var result: [Float] = []
    var rest = ids[...]
    while !rest.isEmpty {
        try backend.forward(
            [SequenceSlice(sequence: sequence, tokens: rest.prefix(step), logits: .all)], into: rows)
        for row in 0..<rows.rowCount { result += rows.row(row) }
        rest = rest.dropFirst(step)
    }
    return result
}

/// Greedy continuation as generation does it: room first, then whatever the cache lost, then the new token.
func greedy(_ backend: TransformerBackend, _ prompt: [Int], count: Int) throws -> [Int] {
    let sequence = try backend.makeSequence()
    let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
    var ids = prompt
    for _ in 0..<count {
        let start = try sequence.reserve(totalTokens: ids.count)
        try backend.forward(
            [SequenceSlice(sequence: sequence, tokens: ids[start...], logits: .last)], into: rows)
        let row = rows.row(0)
        ids.append(row.indices.max { row[$0] < row[$1] }! - row.startIndex)
    }
    return Array(ids.dropFirst(prompt.count))
}

func maximumDifference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}
