import Compute
import Kernels
import Tensors

/// Brings matrices into their formats, slice by slice, and writes them: in memory are no more than a slice of a matrix and
/// its scales, or a stretch of one that is turned.
struct ProductWriter {
    let plan: ProductPlan
    let embedding: ModelMatrix
    let compute: Compute
    let file: ExportFile
    let progress: (_ done: Int, _ total: Int) -> Void

    private var done = 0
    private var total = 0

    init(
        _ plan: ProductPlan, embedding: ModelMatrix, compute: Compute, file: ExportFile,
        progress: @escaping (_ done: Int, _ total: Int) -> Void
    ) {
        self.plan = plan
        self.embedding = embedding
        self.compute = compute
        self.file = file
        self.progress = progress
    }

    /// - Returns: what became of each matrix, in the order of the file.
    mutating func write(_ data: ONNXData) throws -> [ExportReport.MatrixReport] {
        var reports: [ExportReport.MatrixReport] = []
        var scales: [UInt8] = []
        // A tied head may be the embedding, too.
        total = data.segments.contains { $0.content == .embedding } ? embedding.tensor.byteRange.count : 0
        total = plan.products.flatMap(\.parts).reduce(total) { $0 + $1.byteCount }
        for segment in data.segments {
            try file.append([UInt8](repeating: 0, count: segment.range.lowerBound - file.byteCount).span)
            switch segment.content {
            case .bytes(let bytes): try file.append(bytes.span)
            case .embedding: reports.append(try writeEmbedding())
            case .weights(let index):
                // What belongs to it follows in the next segment.
                let product = plan.products[index]
                scales = []
                let loss =
                    switch plan.formats[index] {
                    case .dense(let isHalf): try writeTurned(product, isHalf: isHalf)
                    case .blocks(let blocks, let keepsValues):
                        try writeIntegers(product, blocks, keepsValues: keepsValues, scales: &scales)
                    }
                reports.append(report(product.path, plan.formats[index], product.rows, product.columns, loss))
            case .scales: try file.append(scales.span)
            }
            precondition(file.byteCount == segment.range.upperBound, "a tensor of another size than the graph says")
        }
        return reports
    }

    private func report(
        _ path: String, _ format: ProductFormat, _ rows: Int, _ columns: Int, _ loss: QuantizationLoss
    ) -> ExportReport.MatrixReport {
        ExportReport.MatrixReport(
            name: path, format: format.name, elementCount: rows * columns,
            byteCount: format.byteCount(rows: rows, columns: columns), loss: loss)
    }

    private mutating func count(_ bytes: Int) {
        done += bytes
        progress(done, total)
    }

    // MARK: Formats

    private mutating func writeEmbedding() throws -> ExportReport.MatrixReport {
        let format = ProductFormat.dense(isHalf: plan.options.isHalf)
        var (bytes, loss) = ([UInt8](), QuantizationLoss())
        try embedding.forEachSlice(of: 0..<embedding.rows, path: plan.path) { slice, ids in
            let lost = compute.quantizeRows(
                of: embedding.tensor, ids: ids, to: plan.options.isHalf ? .f16 : .f32, rule: .fixed, importance: nil,
                into: &bytes)
            guard let lost else { throw plan.outOfRange(embedding.tensor, format) }
            loss += lost
            try file.append(bytes.span)
            count(slice.count * embedding.tensor.rowBytes)
        }
        return report("/model/embed_tokens", format, embedding.rows, embedding.columns, loss)
    }

    private mutating func writeIntegers(
        _ product: ProductMatrix, _ blocks: NBitBlocks, keepsValues: Bool, scales: inout [UInt8]
    ) throws -> QuantizationLoss {
        var (packed, loss) = (NBitRows(), QuantizationLoss())
        for part in product.parts {
            let tensor = part.matrix.tensor
            try part.matrix.forEachSlice(of: part.rows, path: plan.path) { slice, ids in
                let lost = compute.packNBits(of: tensor, ids: ids, blocks, keepsValues: keepsValues, into: &packed)
                guard let lost else { throw plan.outOfRange(tensor, .blocks(blocks, keepsValues: keepsValues)) }
                loss += lost
                try file.append(packed.integers.span)
                scales += packed.scales
                count(slice.count * tensor.rowBytes)
            }
        }
        return loss
    }

    /// Bytes of a turned matrix that are in hand at once; what is larger is read more than once.
    private static let turnedBytes = 1 << 28

    private mutating func writeTurned(_ product: ProductMatrix, isHalf: Bool) throws -> QuantizationLoss {
        let width = product.rows
        let rowBytes = width * (isHalf ? 2 : 4)
        let step = min(product.columns, max(1, Self.turnedBytes / rowBytes))
        var (bytes, loss) = ([UInt8](), QuantizationLoss())
        for start in stride(from: 0, to: product.columns, by: step) {
            let columns = start..<min(start + step, product.columns)
            if bytes.count != columns.count * rowBytes {
                bytes = [UInt8](repeating: 0, count: columns.count * rowBytes)
            }
            var first = 0
            for part in product.parts {
                let tensor = part.matrix.tensor
                try part.matrix.forEachSlice(of: part.rows, path: plan.path) { slice, ids in
                    let lost = compute.transposeRows(
                        of: tensor, ids: ids, columns: columns, asHalf: isHalf, into: &bytes, first: first, width: width
                    )
                    guard let lost else { throw plan.outOfRange(tensor, .dense(isHalf: isHalf)) }
                    loss += lost
                    first += ids.count
                    // Each of several readings is its share of the work; the shares of a matrix add up to its bytes.
                    let bytes = slice.count * tensor.rowBytes
                    count(bytes * columns.upperBound / product.columns - bytes * columns.lowerBound / product.columns)
                }
            }
            try file.append(bytes.span)
        }
        return loss
    }
}

extension MatrixRows {
    /// In the source.
    fileprivate var byteCount: Int { rows.count * matrix.tensor.rowBytes }
}
