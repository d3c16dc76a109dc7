import Compute
import Tensors
import Testing

/// What measurements stand on: counts that are true, and data that stand for a model's.
@Suite struct MeasuringTests {
    private static let sets = InstructionSet.allCases.filter(\.isSupported)

    @Test("what is counted grows with the threads and the rounds", arguments: sets)
    func counts(set: InstructionSet) throws {
        let one = try Compute(threads: 1, instructionSet: set)
        let three = try Compute(threads: 3, instructionSet: set)
        for arithmetic in Arithmetic.allCases {
            let count = one.spin(arithmetic, rounds: 10)
            #expect(count > 0 && three.spin(arithmetic, rounds: 20) == 6 * count)
        }
        let buffer = try #require(HugePageBuffer(byteCount: 3 << 20))
        buffer.touch()
        #expect(one.read(buffer, bytesPerThread: 1 << 20, passes: 2) == 2 << 20)
        #expect(three.read(buffer, bytesPerThread: 1 << 20, passes: 1) == 3 << 20)
    }

    @Test("caches are told from the nearest to the last")
    func caches() {
        let sizes = CacheSizes.bytes
        #expect(!sizes.isEmpty && sizes.allSatisfy { $0 >= 4 << 10 } && sizes == sizes.sorted())
    }

    @Test("random weights are numbers, and the same every time", arguments: ElementType.allCases)
    func randomWeights(type: ElementType) throws {
        let compute = try Compute(threads: 1)
        let first = TestTensor.rows(of: try Tensor.random(type, rows: 8, columns: 512), with: compute)
        #expect(first.joined().allSatisfy { $0.isFinite && $0.magnitude < 4_096 })
        #expect(Set(first.joined()).count > 100)
        #expect(first == TestTensor.rows(of: try Tensor.random(type, rows: 8, columns: 512), with: compute))
        #expect(first != TestTensor.rows(of: try Tensor.random(type, rows: 8, columns: 512, seed: 2), with: compute))
    }

    @Test(
        "every type is multiplied by one kernel, whose bytes are those of the matrix", arguments: ElementType.allCases)
    func productKernels(type: ElementType) throws {
        let kernels = ProductKernel.all.filter { $0.types.contains(type) }
        try #require(kernels.count == 1)
        let compute = try Compute(threads: 1)
        let part = WeightPart(try Tensor.random(type, rows: 20, columns: 512))
        let matrix = try compute.makeMatrix([part], precision: .native)
        #expect(matrix.byteCount == kernels[0].weightBytes(rows: 20, columns: 512))
        #expect(matrix.tileDescription == kernels[0].name)
    }

    @Test("a stacked matrix gives the products of the one that it is made of, over and over")
    func stack() throws {
        let compute = try Compute(threads: 2)
        let part = WeightPart(try Tensor.random(.q4_0, rows: 16, columns: 64))
        let matrix = try compute.makeMatrix([part], precision: .native)
        let stacked = try compute.stack(matrix, times: 3)
        #expect(stacked.outputs == 48 && stacked.byteCount == 3 * matrix.byteCount)
        let x = Activations(rows: 1, columns: 64)
        x.setRow(0, (0..<64).map { Float($0) - 20 })
        let (y, tall) = (Activations(rows: 1, columns: 16), Activations(rows: 1, columns: 48))
        compute.multiply(matrix, x, rows: 0..<1, into: y)
        compute.multiply(stacked, x, rows: 0..<1, into: tall)
        let products = y.copyRow(0)
        #expect(tall.copyRow(0) == products + products + products)
    }

    @Test("rows are quantised to the same bytes on any number of threads and any set", arguments: sets)
    func quantize(set: InstructionSet) throws {
        let x = Activations(rows: 64, columns: 300)
        for row in 0..<64 { x.setRow(row, (0..<300).map { Float(($0 * 37 + row * 11) % 101) / 50 - 1 }) }
        let reference = try Compute(threads: 1, instructionSet: .portable)
        for form in Compute.QuantizedForm.allCases {
            let expected = reference.quantizedBytes(x, rows: 0..<64, to: form)
            #expect(expected.count == 64 * form.rowBytes(columns: 300) && expected.contains { $0 != 0 })
            for threads in [1, 3] {
                let compute = try Compute(threads: threads, instructionSet: set)
                #expect(compute.quantizedBytes(x, rows: 0..<64, to: form) == expected)
            }
        }
    }

    @Test("a cache's bytes are those of its pages")
    func cacheBytes() throws {
        let shape = AttentionShape(headCount: 2, keyValueHeadCount: 2, headSize: 16, scale: 1)
        let compute = try Compute(threads: 1)
        for type in CacheType.allCases {
            let pages = CachePages(shape: shape, type: type)
            try #require(pages.grow(toTokens: 65))
            let x = Activations(rows: 1, columns: 64)
            x.setRow(0, (0..<64).map { Float($0 + 1) })
            compute.store(keyValues: x, rows: 0..<1, keyColumn: 0, valueColumn: 32, firstPosition: 64, into: pages)
            let bytes = pages.copyBytes(tokens: 65)
            #expect(bytes.count == CachePages.bytes(tokens: 65, shape: shape, type: type))
            #expect(!bytes[..<(bytes.count / 2)].contains { $0 != 0 } && bytes.contains { $0 != 0 })
        }
    }
}
