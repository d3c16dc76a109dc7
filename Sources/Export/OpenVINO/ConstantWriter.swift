/// Writes the file of constants, segment by segment: small ones as they are, matrices by way of the packer.
struct ConstantWriter {
    private let constants: ConstantFile
    private let packer: MatrixPacker

    init(_ constants: ConstantFile, _ packer: MatrixPacker) {
        self.constants = constants
        self.packer = packer
    }

    /// - Returns: what became of each matrix.
    func write(
        to file: ExportFile, progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> [ExportReport.MatrixReport] {
        let plan = packer.plan
        let total = plan.matrices.reduce(0) { $0 + $1.tensor.byteRange.count }
        var done = 0
        var scales = MatrixPacker.Scales()
        var reports: [ExportReport.MatrixReport] = []
        for segment in constants.segments {
            try file.append([UInt8](repeating: 0, count: segment.range.lowerBound - file.byteCount).span)
            switch segment.content {
            case .bytes(let bytes): try file.append(bytes.span)
            case .matrix(let index, .halves), .matrix(let index, .integers):
                // What belongs to it follows in the next segments.
                let before = done
                scales = try packer.pack(
                    index, write: file.append,
                    read: { read in
                        done = before + read
                        progress(done, total)
                    })
                reports.append(report(index, scales))
            case .matrix(_, .scales): try file.append(Self.bytes(scales.scales).span)
            case .matrix(let index, .zeroPoints):
                try file.append((isNarrow(index) ? Self.nibbles(scales.zeroPoints) : scales.zeroPoints).span)
            }
            precondition(file.byteCount == segment.range.upperBound, "a constant of another size than the graph says")
        }
        return reports
    }

    private func report(_ index: Int, _ scales: MatrixPacker.Scales) -> ExportReport.MatrixReport {
        let (matrix, format) = (packer.plan.matrices[index], packer.plan.formats[index])
        return ExportReport.MatrixReport(
            name: matrix.name, format: format.name(columns: matrix.columns),
            elementCount: matrix.rows * matrix.columns,
            byteCount: format.byteCount(rows: matrix.rows, columns: matrix.columns), loss: scales.loss)
    }

    private func isNarrow(_ index: Int) -> Bool {
        if case .integers(let groups) = packer.plan.formats[index] { groups.bits == 4 } else { false }
    }

    private static func bytes(_ values: [UInt16]) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// Two to a byte, the first in the lower half.
    private static func nibbles(_ values: [UInt8]) -> [UInt8] {
        stride(from: 0, to: values.count, by: 2).map { index in
            values[index] | (index + 1 < values.count ? values[index + 1] << 4 : 0)
        }
    }
}
