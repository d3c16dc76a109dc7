import Compute
import Foundation
import Tensors
import TestSupport
import Testing

/// The safe face of the row operations: which rows and columns they touch, with any number of threads.
@Suite struct VectorTests {
    static func tensor(_ values: [Float], _ extents: [Int]) throws -> Tensor {
        let buffer = try #require(HugePageBuffer(byteCount: values.count * 4))
        unsafe values.withUnsafeBytes { unsafe buffer.mutableBytes.copyMemory(from: $0) }
        return Tensor(name: "test", type: .f32, shape: TensorShape(extents), storage: buffer, byteOffset: 0)
    }

    static func activations(_ rows: [[Float]]) -> Activations {
        let x = Activations(rows: rows.count, columns: rows[0].count)
        for (index, row) in rows.enumerated() { x.setRow(index, row) }
        return x
    }

    static func rows(_ x: Activations) -> [[Float]] { (0..<x.rows).map(x.copyRow) }

    /// Few rows go over one thread, many over all: the same bits, and only the rows asked for.
    @Test(arguments: InstructionSet.supported, [(4, 20), (40, 2_050)])
    func rowsDependOnThemselves(set: InstructionSet, extents: (rows: Int, columns: Int)) throws {
        var generator = SplitMix64(seed: 1)
        let (count, columns) = extents
        let source = (0..<count).map { _ in generator.gauss(columns) }
        let weight = WeightVector(try Self.tensor(generator.gauss(columns), [columns]))
        #expect(weight.count == columns)
        let table = RotaryTable(frequencies: [1, 0.1, 0.01], attentionFactor: 1.25, positions: 100)
        var results: [[[Float]]] = []
        for threads in 1...3 {
            let compute = try Compute(threads: threads, instructionSet: set)
            let x = Self.activations(source)
            let rows = 1..<count - 1
            let normed = Activations(rows: count, columns: columns)
            compute.rmsNorm(x, rows: rows, weight: weight, epsilon: 1e-5, into: normed)
            let activated = Activations(rows: count, columns: columns / 2)
            compute.swiGLU(normed, rows: rows, into: activated)
            compute.add(x, rows: rows, into: normed)
            compute.rotate(
                x, rows: rows, positions: (0..<count).map { 99 - $0 }, firstColumn: 3, headCount: 2, headSize: 8,
                table: table)
            for untouched in [normed, activated].map(Self.rows) {
                #expect(untouched[0].allSatisfy { $0 == 0 } && untouched[count - 1].allSatisfy { $0 == 0 })
            }
            #expect(x.copyRow(0) == source[0] && x.copyRow(count - 1) == source[count - 1])
            for row in rows {
                let rotated = x.copyRow(row)
                #expect(rotated[..<3] == source[row][..<3])
                #expect(rotated[9..<11] == source[row][9..<11])
                #expect(rotated[17...] == source[row][17...])
                #expect(rotated[3] != source[row][3] && rotated[16] != source[row][18])
            }
            results.append(Self.rows(normed) + Self.rows(activated) + Self.rows(x))
        }
        #expect(results[1] == results[0] && results[2] == results[0])
    }

    /// Element i turns with element i + half, by the angle of its row's position.
    @Test(arguments: InstructionSet.supported)
    func rotationTurnsPairs(set: InstructionSet) throws {
        let compute = try Compute(threads: 1, instructionSet: set)
        let frequencies = (0..<5).map { pow(10_000, -Double($0) / 5) }
        let table = RotaryTable(frequencies: frequencies, attentionFactor: 1.5, positions: 400)
        #expect(table.rotaryDimensions == 10 && table.positions == 400)
        var generator = SplitMix64(seed: 2)
        let source = (0..<3).map { _ in generator.gauss(2 * 12) }
        let x = Self.activations(source)
        let positions = [0, 7, 399]
        compute.rotate(
            x, rows: 0..<3, positions: positions, firstColumn: 0, headCount: 2, headSize: 12, table: table)
        for (row, position) in positions.enumerated() {
            let found = x.copyRow(row)
            for head in [0, 12] {
                for i in 0..<5 {
                    let angle = Double(position) * frequencies[i]
                    let (a, b) = (Double(source[row][head + i]), Double(source[row][head + i + 5]))
                    // The angle itself is a float: off by 2⁻²³ of itself at most.
                    let bound = 1e-6 + 1.5 * 4 * angle * 0x1p-23
                    #expect(abs(Double(found[head + i]) - 1.5 * (a * cos(angle) - b * sin(angle))) < bound)
                    #expect(abs(Double(found[head + i + 5]) - 1.5 * (b * cos(angle) + a * sin(angle))) < bound)
                }
                #expect(found[head + 10..<head + 12] == source[row][head + 10..<head + 12])
            }
        }
    }

    @Test(arguments: [1, 3])
    func gathersRows(threads: Int) throws {
        var generator = SplitMix64(seed: 3)
        let compute = try Compute(threads: threads)
        for columns in [6, 700] {
            let values = generator.gauss(50 * columns)
            let embedding = try Self.tensor(values, [50, columns])
            let ids = [49, 0, 7, 7, 21] + Array(0..<30)
            let x = Activations(rows: ids.count + 1, columns: columns)
            compute.gatherRows(of: embedding, ids: ids, into: x)
            for (row, id) in ids.enumerated() {
                #expect(x.copyRow(row)[...] == values[id * columns..<(id + 1) * columns])
            }
            #expect(x.copyRow(ids.count).allSatisfy { $0 == 0 })
        }
    }

    /// Any element type: here 8-bit blocks.
    @Test func weightVectorsAreDequantised() throws {
        let buffer = try #require(HugePageBuffer(byteCount: 34))
        unsafe buffer.mutableBytes.storeBytes(of: 0x3800 as UInt16, as: UInt16.self)  // 0.5
        for index in 0..<32 { unsafe buffer.mutableBytes[2 + index] = UInt8(bitPattern: Int8(index - 16)) }
        let tensor = Tensor(name: "norm", type: .q8_0, shape: TensorShape([32]), storage: buffer, byteOffset: 0)
        let compute = try Compute(threads: 1)
        let x = Self.activations([Array(repeating: 1, count: 32)])
        compute.rmsNorm(x, rows: 0..<1, weight: WeightVector(tensor), epsilon: 0, into: x)
        #expect(x.copyRow(0) == (0..<32).map { Float($0 - 16) / 2 })
    }
}
