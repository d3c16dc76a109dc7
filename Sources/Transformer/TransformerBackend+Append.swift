internal import Compute
package import Inference

extension TransformerBackend {
    /// Appends positions whose keys and values something else has computed, turned by the rotary embedding as here.
    ///
    /// - Parameters:
    ///   - sequence: of this backend, with room made by ``InferenceSequence/reserve(totalTokens:)``.
    ///   - copy: fills a row (2 · key-value heads · head size) with a layer's keys of all heads side by side, and behind them
    ///     the values, for the position with this index among the new ones.
    package func append(
        count: Int, to sequence: any InferenceSequence,
        copy: (_ layer: Int, _ index: Int, _ row: inout [Float]) -> Void
    ) throws(InferenceError) {
        guard let sequence = sequence as? TransformerSequence, sequence.backend == ObjectIdentifier(self) else {
            throw .invalidBatch(reason: "a sequence of another backend")
        }
        guard sequence.count + count <= sequence.reservedTokens else {
            throw .invalidBatch(
                reason: "\(sequence.count + count) tokens in a sequence with room for \(sequence.reservedTokens)")
        }
        let keyColumns = configuration.keyValueHeadCount * configuration.headSize
        let staging = Activations(rows: min(count, transformer.rowCapacity), columns: 2 * keyColumns)
        var row = [Float](repeating: 0, count: 2 * keyColumns)
        var done = 0
        // In pieces as of a prompt: a sliding window gives back what none of the next will see.
        while done < count {
            let rows = 0..<min(staging.rows, count - done)
            guard sequence.cache.grow(toTokens: sequence.count + rows.count) else {
                throw .outOfMemory(
                    neededBytes: sequence.cache.missingBytes(forTokens: sequence.count + rows.count),
                    availableBytes: SystemMemory.availableBytes ?? 0)
            }
            for layer in 0..<configuration.layerCount {
                for index in rows {
                    copy(layer, done + index, &row)
                    staging.setRow(index, row)
                }
                transformer.compute.store(
                    keyValues: staging, rows: rows, keyColumn: 0, valueColumn: keyColumns,
                    firstPosition: sequence.count, into: sequence.cache.pages, layer: layer)
            }
            sequence.cache.advance(to: sequence.count + rows.count)
            done += rows.count
        }
    }
}
