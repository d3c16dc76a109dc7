import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The sets of matrix kernels that this machine can run, by name.
enum MatmulSet: String, CaseIterable, CustomTestStringConvertible {
    case portable, avx2, avx512
    /// AVX-512 as processors have it that multiply in all vector units.
    case avx512Bytes

    static let available: [MatmulSet] = allCases.filter { set in
        switch set {
        case .portable: true
        case .avx2: processorHas(["avx2", "fma", "f16c"])
        case .avx512, .avx512Bytes:
            processorHas(["avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"])
        }
    }

    private static func processorHas(_ features: Set<Substring>) -> Bool {
        #if canImport(KernelsAVX2)
            let words = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: " ") ?? []
            return features.isSubset(of: words)
        #else
            return false
        #endif
    }

    var kernels: MultiplyKernels { all.multiply }

    var testDescription: String { rawValue }
}

/// Memory fenced by unreadable pages on both sides, its bytes standing against one of them.
@safe final class FencedMemory {
    enum Side: CaseIterable { case start, end }

    @unsafe let base: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    init(byteCount: Int, against side: Side) {
        let page = 4096
        let inner = (byteCount + page - 1) / page * page
        mappedBytes = inner + 2 * page
        guard
            let mapping = unsafe mmap(
                nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0),
            unsafe mapping != MAP_FAILED
        else { fatalError("no memory for a test") }
        unsafe mprotect(mapping, page, PROT_NONE)
        unsafe mprotect(mapping + page + inner, page, PROT_NONE)
        unsafe self.mapping = mapping
        unsafe base = mapping + (side == .start ? page : page + inner - byteCount)
    }

    deinit { unsafe munmap(mapping, mappedBytes) }

    @unsafe var floats: UnsafeMutablePointer<Float> { unsafe base.assumingMemoryBound(to: Float.self) }
}

/// Rows of a file's type with random blocks: any bits for the integers, finite numbers for the scales.
struct RandomMatrix {
    let type: ElementType
    let rows: Int
    let columns: Int
    let raw: [UInt8]
    /// Row-major, as the format defines them.
    let values: [Float]

    init(_ type: ElementType, rows: Int, columns: Int, using generator: inout SplitMix64) {
        let blocks = rows * columns / type.blockLength
        var raw = (0..<blocks * type.blockBytes).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        for block in 0..<blocks {
            for offset in Self.scaleOffsets(type) {
                // ±2⁻⁷ to ±2⁻¹ with any significand; negative ones too.
                let random = generator.next()
                let bits = 0x2000 + UInt16(random % 0x1800) | UInt16((random >> 32) & 1) << 15
                raw[block * type.blockBytes + offset] = UInt8(bits & 0xff)
                raw[block * type.blockBytes + offset + 1] = UInt8(bits >> 8)
            }
        }
        if type == .f32 || type == .bf16 { raw = Self.dense(type, rows * columns, &generator) }
        self.init(type, rows: rows, columns: columns, raw: raw)
    }

    init(_ type: ElementType, rows: Int, columns: Int, raw: [UInt8]) {
        self.type = type
        self.rows = rows
        self.columns = columns
        self.raw = raw
        var values = [Float](repeating: 0, count: rows * columns)
        unsafe raw.withUnsafeBytes { source in
            unsafe values.withUnsafeMutableBufferPointer { destination in
                unsafe dequantizeRow(
                    type: type, source.baseAddress!, into: destination.baseAddress!, count: rows * columns)
            }
        }
        self.values = values
    }

    private static func scaleOffsets(_ type: ElementType) -> [Int] {
        switch type {
        case .f16: [0]
        case .q4_0, .q5_0, .q8_0, .iq4_NL, .iq4_XS: [0]
        case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
        case .q2_K: [80, 82]
        case .q3_K: [108]
        case .q6_K: [208]
        case .f32, .bf16: []
        }
    }

    private static func dense(_ type: ElementType, _ count: Int, _ generator: inout SplitMix64) -> [UInt8] {
        (0..<count).flatMap { _ in
            let bits = generator.gauss().bitPattern
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
            return type == .f32 ? bytes : Array(bytes[2...])
        }
    }

    /// Re-tiled to the layout that keeps its values.
    func tile(against side: FencedMemory.Side) -> FencedMemory {
        let layout = TileLayout(keeping: type)
        let groups = (rows + 7) / 8
        let memory = FencedMemory(byteCount: groups * layout.groupBytes(columns: columns), against: side)
        let rowBytes = columns / type.blockLength * type.blockBytes
        let zeros = [UInt8](repeating: 0, count: rowBytes)
        for group in 0..<groups {
            let destination = unsafe memory.base + group * layout.groupBytes(columns: columns)
            unsafe raw.withUnsafeBytes { raw in
                unsafe zeros.withUnsafeBytes { zeros in
                    let pointers = unsafe (8 * group..<8 * group + 8).map {
                        unsafe $0 < rows ? raw.baseAddress! + $0 * rowBytes : zeros.baseAddress!
                    }
                    unsafe retileGroup(type, rows: pointers, columns: columns, into: destination)
                }
            }
        }
        return memory
    }
}

/// Activations as a kernel reads them, and what they stand for.
struct TestActivations {
    private let x: [[Float]]
    let form: TileLayout.Activation
    private let kernels: MultiplyKernels
    private let side: FencedMemory.Side
    /// (tokens, columns): what the integers times their scales are.
    let values: [[Double]]

    init(
        _ x: [[Float]], as form: TileLayout.Activation, _ kernels: MultiplyKernels, against side: FencedMemory.Side
    ) {
        self.x = x
        self.form = form
        self.kernels = kernels
        self.side = side
        values = x.map { row in
            let panel = Self.panel([row], form, kernels, against: .end)
            return switch form {
            case .f32: row.map(Double.init)
            case .int8: unsafe Self.int8Values(panel.base, columns: row.count)
            case .int16, .words: unsafe Self.int16Values(panel.base, columns: row.count)
            case .split: unsafe Self.splitValues(panel.base, columns: row.count)
            case .int15: unsafe Self.int15Values(panel.base, columns: row.count)
            }
        }
    }

    /// Bytes of a row, or of its floats.
    var stride: Int { ActivationBlock.rowBytes(columns: x[0].count, form) }

    /// Some of the tokens, as one call reads them.
    func panel(_ tokens: Range<Int>) -> FencedMemory {
        Self.panel(Array(x[tokens]), form, kernels, against: side)
    }

    private static func panel(
        _ x: [[Float]], _ form: TileLayout.Activation, _ kernels: MultiplyKernels, against side: FencedMemory.Side
    ) -> FencedMemory {
        let columns = x[0].count
        let memory = FencedMemory(
            byteCount: ActivationBlock.rowBytes(columns: columns, form) * x.count, against: side)
        for (token, row) in x.enumerated() {
            if form == .f32 {
                unsafe (memory.base + token * columns * 4).copyMemory(from: row, byteCount: columns * 4)
            } else {
                let block = ActivationBlock.bytes(form)
                unsafe kernels.quantize(to: form)(row, columns, memory.base + token * block, x.count * block)
            }
        }
        return memory
    }

    @unsafe static func int8Values(_ row: UnsafeMutableRawPointer, columns: Int) -> [Double] {
        (0..<columns).map { column in
            let block = unsafe row + column / 32 * ActivationBlock.int8
            let q = unsafe (block + ActivationBlock.header).load(fromByteOffset: column % 32, as: Int8.self)
            return unsafe Double(block.loadUnaligned(as: Float.self)) * Double(q)
        }
    }

    @unsafe static func splitValues(_ row: UnsafeMutableRawPointer, columns: Int) -> [Double] {
        (0..<columns).map { column in
            let block = unsafe row + column / 32 * ActivationBlock.split
            let high = unsafe (block + ActivationBlock.header).load(fromByteOffset: column % 32, as: Int8.self)
            let low = unsafe (block + ActivationBlock.lowBytes).load(fromByteOffset: column % 32, as: Int8.self)
            return unsafe Double(block.loadUnaligned(as: Float.self)) * (256 * Double(high) + Double(low))
        }
    }

    @unsafe static func int15Values(_ row: UnsafeMutableRawPointer, columns: Int) -> [Double] {
        (0..<columns).map { column in
            let block = unsafe row + column / 64 * ActivationBlock.int15
            let q = unsafe (block + ActivationBlock.header)
                .loadUnaligned(fromByteOffset: 2 * (column % 64), as: Int16.self)
            return unsafe Double(block.loadUnaligned(as: Float.self)) * Double(q)
        }
    }

    @unsafe static func int16Values(_ row: UnsafeMutableRawPointer, columns: Int) -> [Double] {
        (0..<columns).map { column in
            let block = unsafe row + column / 32 * ActivationBlock.int16
            let q = unsafe (block + ActivationBlock.header)
                .loadUnaligned(fromByteOffset: 2 * (column % 32), as: Int16.self)
            return unsafe Double(block.loadUnaligned(as: Float.self)) * Double(q)
        }
    }
}

/// One product through a kernel, in fenced memory: (tokens, rows).
func multiplied(
    _ kernels: MultiplyKernels, _ layout: TileLayout, weights: FencedMemory, rows: Int, columns: Int,
    blocksPerScale: Int = 1, activations: TestActivations, tokens: Range<Int>, accumulatingTo initial: Float? = nil,
    side: FencedMemory.Side
) -> [[Float]] {
    let output = FencedMemory(byteCount: tokens.count * rows * 4, against: side)
    for index in 0..<tokens.count * rows { unsafe output.floats[index] = initial ?? .nan }
    let kernel = unsafe kernels.kernel(for: layout, activations.form)
    let panel = activations.panel(tokens)
    let call = unsafe TileCall(
        weights: weights.base, groups: (rows + 7) / 8,
        groupBytes: layout.groupBytes(columns: columns, blocksPerScale: blocksPerScale), columns: columns,
        blocksPerScale: blocksPerScale, activations: panel.base,
        activationStride: activations.stride, tokens: tokens.count, output: output.floats, outputStride: rows,
        rows: rows, accumulates: initial != nil, streams: kernels.streams)
    unsafe kernel(call)
    return tokens.indices.map { token in
        (0..<rows).map { unsafe output.floats[(token - tokens.lowerBound) * rows + $0] }
    }
}
