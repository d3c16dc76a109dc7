import Compute

/// Attention over every type of cache, for a token at depth and for a chunk of a prompt, and the way into the cache.
enum AttentionOperations {
    static func all(_ shapes: KernelShapes) -> [KernelOperation] {
        CacheType.allCases.flatMap { type in
            [
                attend(type, rows: 1, depth: shapes.depth, shapes),
                attend(type, rows: shapes.chunk, depth: min(shapes.depth, 8 * shapes.chunk), shapes),
                store(type, rows: 1, shapes), store(type, rows: shapes.chunk, shapes),
            ]
        }
    }

    private static func attend(
        _ type: CacheType, rows: Int, depth: Int, _ shapes: KernelShapes
    ) -> KernelOperation {
        let shape = AttentionShape(shapes)
        let columns = shapes.heads * shapes.headSize
        let cacheBytes = CachePages.bytes(tokens: depth, shape: shape, type: type)
        let count = rows == 1 ? shapes.piecesOfStream(cacheBytes) : 1
        // Each row sees its own position and all before it.
        let visible = (0..<rows).reduce(0) { $0 + depth - $1 }
        let bytes = cacheBytes + 8 * rows * columns
        return KernelOperation(
            "attend \(type.rawValue)",
            shape: "[\(rows), \(shapes.heads), \(shapes.headSize)] at \(depth)",
            work: KernelWork(
                bytes: bytes, operations: visible * (4 * columns + KernelWork.exponential * shapes.heads),
                arithmetic: type == .q8 ? .int8 : .float,
                workingSet: bytes + (count - 1) * cacheBytes),
            label: "attention \(type.rawValue)" + (rows == 1 ? "" : " × \(rows)"),
            bound: KernelOperation.sumBound(depth)
        ) { compute in
            let pages = try emptyCache(depth, layers: max(count, layersOfPage), shape, type)
            for layer in 0..<count { fill(pages, layer: layer, tokens: depth, shape, compute) }
            let x = Activations.random(rows: rows, columns: columns)
            let out = Activations(rows: rows, columns: columns)
            func slices(_ index: Int) -> [AttentionSlice] {
                [AttentionSlice(rows: 0..<rows, firstPosition: depth - rows, pages: pages, layer: index)]
            }
            let turn = Turn(of: count)
            return PreparedKernel(run: { $0.attend(x, slices: slices(turn.next()), shape: shape, into: out) }) {
                compute in
                let fresh = Activations(rows: rows, columns: columns)
                compute.attend(x, slices: slices(0), shape: shape, into: fresh)
                return .floats(fresh.elements)
            }
        }
    }

    private static func store(_ type: CacheType, rows: Int, _ shapes: KernelShapes) -> KernelOperation {
        let shape = AttentionShape(shapes)
        let columns = 2 * shapes.keyValueHeads * shapes.headSize
        let bytesOfPosition =
            CachePages.bytes(tokens: CachePages.pageTokens, shape: shape, type: type) / CachePages.pageTokens
        return KernelOperation(
            "store \(type.rawValue)", shape: "[\(rows), 2, \(shapes.keyValueHeads), \(shapes.headSize)]",
            work: KernelWork(bytes: rows * (4 * columns + bytesOfPosition), operations: 0),
            isSplit: rows * columns >= Compute.smallestParallelWork
        ) { _ in
            let x = Activations.random(rows: rows, columns: columns)
            func store(_ compute: Compute, into pages: CachePages) {
                compute.store(
                    keyValues: x, rows: 0..<rows, keyColumn: 0, valueColumn: columns / 2, firstPosition: 0, into: pages)
            }
            let pages = try emptyCache(rows, shape, type)
            return PreparedKernel(run: { store($0, into: pages) }) { compute in
                let fresh = try emptyCache(rows, shape, type)
                store(compute, into: fresh)
                return .bytes(fresh.copyBytes(tokens: rows))
            }
        }
    }

    /// Layers that share a page at least, as a model's do: enough that the system gives huge pages.
    private static let layersOfPage = 8

    private static func emptyCache(
        _ tokens: Int, layers: Int = 1, _ shape: AttentionShape, _ type: CacheType
    ) throws(ComputeError) -> CachePages {
        let pages = CachePages(layerCount: layers, shape: shape, type: type)
        guard pages.grow(toTokens: tokens) else {
            throw .outOfMemory(bytes: layers * CachePages.bytes(tokens: tokens, shape: shape, type: type))
        }
        return pages
    }

    /// Fills a layer of a cache with a page of random keys and values over and over.
    private static func fill(
        _ pages: CachePages, layer: Int, tokens: Int, _ shape: AttentionShape, _ compute: Compute
    ) {
        let columns = 2 * shape.keyValueHeadCount * shape.headSize
        let rows = CachePages.pageTokens
        let x = Activations.random(rows: rows, columns: columns, seed: 11)
        for first in stride(from: 0, to: tokens, by: rows) {
            compute.store(
                keyValues: x, rows: 0..<min(rows, tokens - first), keyColumn: 0, valueColumn: columns / 2,
                firstPosition: first, into: pages, layer: layer)
        }
    }
}

extension AttentionShape {
    fileprivate init(_ shapes: KernelShapes) {
        self.init(
            headCount: shapes.heads, keyValueHeadCount: shapes.keyValueHeads, headSize: shapes.headSize,
            scale: 1 / Float(shapes.headSize).squareRoot())
    }
}
