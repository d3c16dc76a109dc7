import Kernels
import Tensors

/// How an export to ONNX stores a product's matrix.
enum ProductFormat: Sendable, Hashable {
    /// Turned, so that columns are outputs.
    case dense(isHalf: Bool)
    /// Whether the source's own integers and scales stay what they are.
    case blocks(NBitBlocks, keepsValues: Bool)

    /// For people: "int4 in blocks of 32".
    var name: String {
        switch self {
        case .dense(let isHalf): isHalf ? "fp16" : "fp32"
        case .blocks(let blocks, let keepsValues):
            "int\(blocks.bits) in blocks of \(blocks.columns)\(keepsValues ? ", as the source has them" : "")"
        }
    }

    /// Bytes of all that is stored of a matrix.
    func byteCount(rows: Int, columns: Int) -> Int {
        switch self {
        case .dense(let isHalf): (isHalf ? 2 : 4) * rows * columns
        case .blocks(let blocks, _):
            rows * (blocks.integerBytes(columns: columns) + blocks.scaleBytes(columns: columns))
        }
    }
}

/// Which format each product's matrix will have: decided before the first byte is written, as the graph must say it.
struct ProductPlan: Sendable {
    /// What errors name.
    let path: String
    let products: [ProductMatrix]
    let options: ONNXOptions
    /// One for each product.
    let formats: [ProductFormat]
    /// Where a product stands in these lists, by its path.
    let indices: [String: Int]

    /// - Throws: ``ExportError/alreadyQuantized(file:tensor:type:format:)``
    init(_ products: [ProductMatrix], _ options: ONNXOptions, path: String) throws(ExportError) {
        self.path = path
        self.products = products
        self.options = options
        var formats: [ProductFormat] = []
        for product in products { formats.append(try Self.format(product, options, path: path)) }
        self.formats = formats
        indices = Dictionary(uniqueKeysWithValues: products.enumerated().map { ($1.path, $0) })
    }

    private static func format(
        _ product: ProductMatrix, _ options: ONNXOptions, path: String
    ) throws(ExportError) -> ProductFormat {
        guard let bits = options.precision.bits else { return .dense(isHalf: options.isHalf) }
        let new = NBitBlocks(bits: bits, columns: options.blockColumns ?? 32, hasHalfScales: options.isHalf)
        guard let quantized = product.parts.first(where: { !$0.matrix.tensor.type.isDense })?.matrix.tensor else {
            return .blocks(new, keepsValues: false)
        }
        if let kept = kept(product, bits: bits, options) { return kept }
        guard options.allowsRequantizing else {
            throw .alreadyQuantized(
                file: path, tensor: quantized.name, type: quantized.type.rawValue,
                format: ProductFormat.blocks(new, keepsValues: false).name)
        }
        return .blocks(new, keepsValues: false)
    }

    /// The format that takes nothing from a matrix that is quantised already; nil where there is none.
    private static func kept(_ product: ProductMatrix, bits: Int, _ options: ONNXOptions) -> ProductFormat? {
        let types = Set(product.parts.map(\.matrix.tensor.type))
        guard types.count == 1, let type = types.first else { return nil }
        let isWide = options.target.precisions.contains(.int8)
        if let blocks = type.sameNBits(hasHalfScales: options.isHalf), blocks.bits == 4 || isWide {
            let fits = blocks.bits <= bits && options.blockColumns ?? blocks.columns == blocks.columns
            // llama.cpp gives the head more bits than the layers, and so its values need them here.
            if fits || !product.isInLayer { return .blocks(blocks, keepsValues: true) }
        }
        // Elsewhere the head is dense: its values are rounded to f16, as activations are.
        return !product.isInLayer && type.sameNBits(hasHalfScales: false) != nil ? .dense(isHalf: options.isHalf) : nil
    }

    func outOfRange(_ tensor: Tensor, _ format: ProductFormat) -> ExportError {
        .weightOutOfRange(
            file: path, tensor: tensor.name, format: format.name,
            limit: format == .dense(isHalf: false) ? .greatestFiniteMagnitude : 65_504)
    }
}

extension ONNXOptions.Precision {
    /// Of integers; nil where weights stay numbers.
    var bits: Int? {
        switch self {
        case .fp32, .fp16: nil
        case .int8: 8
        case .int4: 4
        }
    }
}
