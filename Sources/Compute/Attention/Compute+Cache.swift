import Kernels

extension Compute {
    /// Stores the keys and values of one sequence's rows: row `rows.lowerBound + i` at position `firstPosition + i`.
    ///
    /// - Parameters:
    ///   - keyColumn: where the keys of all heads start in a row of `x`, side by side; `valueColumn` likewise.
    /// - Precondition: the pages have been grown to hold the positions.
    public func store(
        keyValues x: Activations, rows: Range<Int>, keyColumn: Int, valueColumn: Int, firstPosition: Int,
        into pages: CachePages, layer: Int = 0
    ) {
        let (heads, headSize) = (pages.shape.keyValueHeadCount, pages.shape.headSize)
        precondition(keyColumn >= 0 && keyColumn + heads * headSize <= x.columns, "keys beyond the columns")
        precondition(valueColumn >= 0 && valueColumn + heads * headSize <= x.columns, "values beyond the columns")
        precondition(firstPosition >= 0)
        x.require(rows: rows)
        // A key's elements lie in a cache line each, which takes its time however few rows there are.
        let keys = max(rows.count, Self.cacheLineWork)
        split(
            heads, elements: (keys + rows.count) * headSize,
            CacheStore(
                kernels: kernels.attention, x: x, rows: rows, keyColumn: keyColumn, valueColumn: valueColumn,
                firstPosition: firstPosition, pages: pages, layer: layer),
            as: .rows("store_kv", tokens: rows.count, columns: 2 * heads * headSize))
    }

    /// Elements that are done in the time in which a line of the cache comes from memory for a store, some 7 ns.
    private static var cacheLineWork: Int { 32 }
}

/// Items are heads.
private struct CacheStore: ItemLoop {
    let kernels: AttentionKernels
    let x: Activations
    let rows: Range<Int>
    let keyColumn: Int
    let valueColumn: Int
    let firstPosition: Int
    let pages: CachePages
    let layer: Int

    func run(items: Range<Int>) {
        let (headSize, layout) = (pages.shape.headSize, pages.layout)
        let kernel = unsafe kernels.pageKernels(pages.type).store
        for head in items {
            var done = 0
            while done < rows.count {
                let position = firstPosition + done
                let slot = position % CachePages.pageTokens
                let count = min(CachePages.pageTokens - slot, rows.count - done)
                let source = unsafe x.pointer(row: rows.lowerBound + done) + head * headSize
                let page = unsafe pages.pointer(
                    page: position / CachePages.pageTokens, layer: layer, head: head)
                unsafe kernel(
                    CacheStoreCall(
                        keys: source + keyColumn, values: source + valueColumn, stride: x.stride, rows: count,
                        headSize: headSize, valueStride: layout.valueStride, keyPage: page,
                        valuePage: page + layout.keyBytes, slot: slot))
                done += count
            }
        }
    }
}

extension AttentionKernels {
    func pageKernels(_ type: CacheType) -> CachePageKernels {
        switch type {
        case .f32: f32
        case .f16: f16
        case .q8: q8
        }
    }
}
