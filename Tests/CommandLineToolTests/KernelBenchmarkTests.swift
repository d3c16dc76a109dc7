import CommandLineTool
import Compute
import Kernels
import Testing

/// What `swiftlet kernels` computes with what it measures, and that it tells right kernels from wrong ones.
@Suite struct KernelBenchmarkTests {
    @Test("the share of the roof is the least time over the time taken, and names what binds")
    func share() throws {
        let roofs = KernelSupport.roofs
        // 1,000 bytes at 10 GB/s take 100 ns, 2,000 operations at 100 GFLOP/s 20 ns.
        let streaming = KernelWork(bytes: 1_000, operations: 2_000, workingSet: 2_050)
        let first = try #require(roofs.share(of: streaming, threads: 1, seconds: 200e-9))
        #expect(abs(first.fraction - 0.5) < 1e-9 && first.roof == "memory")
        // The same from L1, of which half may come: 10 ns, so that arithmetic binds.
        let cached = KernelWork(bytes: 1_000, operations: 2_000, workingSet: 2_049)
        let second = try #require(roofs.share(of: cached, threads: 1, seconds: 200e-9))
        #expect(abs(second.fraction - 0.1) < 1e-9 && second.roof == "float")
        // Bytes of two threads lie in two caches of their own.
        let both = KernelWork(bytes: 2_000, operations: 0, workingSet: 4_096)
        let third = try #require(roofs.share(of: both, threads: 2, seconds: 20e-9))
        #expect(abs(third.fraction - 0.5) < 1e-9 && third.roof == "L1")
        let integers = KernelWork(bytes: 1, operations: 4_000, arithmetic: .int8)
        let fourth = try #require(roofs.share(of: integers, threads: 1, seconds: 10e-9))
        #expect(abs(fourth.fraction - 1) < 1e-9 && fourth.roof == "int8")
        #expect(roofs.share(of: integers, threads: 3, seconds: 1) == nil)
        // With what memory gave at the time, where it is memory that binds.
        let slower = try #require(roofs.share(of: streaming, threads: 1, seconds: 200e-9, memory: 5e9))
        #expect(abs(slower.fraction - 1) < 1e-9)
        #expect(roofs.share(of: cached, threads: 1, seconds: 200e-9, memory: 5e9)?.fraction == second.fraction)
    }

    @Test("memory is read beside what comes from memory, and the roofs tell the range")
    func memoryBeside() throws {
        let subject = KernelSubject(name: "portable", computes: [try KernelSupport.compute()])
        let benchmark = KernelBenchmark(
            reference: try KernelSupport.compute(), subjects: [subject], roofs: KernelSupport.roofs, stopwatch: .quick,
            probe: try MemoryProbe(subject, byteCount: 1 << 20))
        let streamed = try benchmark.measure(try #require(KernelSupport.operations("multiply nibble (").first))
        let read = try #require(streamed[0].memoryBytesPerSecond)
        let memory = try #require(KernelSupport.roofs.including(streamed).bandwidth(threads: 1, workingSet: .max))
        #expect(memory.bytesPerSecond == max(10e9, read) && memory.lowestBytesPerSecond == min(10e9, read))
        // A row of 256 floats twice: 2,048 bytes, of which L1 holds half.
        let add = try #require(KernelSupport.operations("add").first)
        #expect(try benchmark.measure(add)[0].memoryBytesPerSecond == nil)
    }

    @Test("work is counted from the formula")
    func work() throws {
        let nibbles = try #require(KernelSupport.operations("multiply nibble (").first)
        // 16 bytes of scales and 128 of nibbles for 8 rows × 32 columns; 4 bytes for each activation and output.
        #expect(nibbles.work.bytes == 512 / 8 * 256 / 32 * 144 + 4 * (256 + 512))
        #expect(nibbles.work.operations == 2 * 512 * 256 && nibbles.work.arithmetic == .int8)
        #expect(nibbles.work.workingSet >= KernelSupport.tiny.streamBytes)
        let attention = try #require(KernelSupport.operations("attend f16").first)
        // 128 positions, 4 heads of 32: two multiply-adds an element and an exponential a head.
        #expect(attention.work.operations == 128 * (4 * 4 * 32 + 24 * 4))
        let rows = KernelSupport.operations("attend f32").dropFirst().first
        let seen = (0..<16).reduce(0) { $0 + 128 - $1 }
        #expect(rows?.work.operations == seen * (4 * 4 * 32 + 24 * 4))
    }

    @Test("every kernel of every set agrees with the portable ones", arguments: KernelSupport.supported)
    func agrees(set: InstructionSet) throws {
        let benchmark = KernelBenchmark(
            reference: try KernelSupport.compute(), subjects: [try KernelSubject(set, threads: [1, 2])],
            roofs: KernelSupport.roofs, stopwatch: Stopwatch(budget: 0, minimumSamples: 1))
        let operations = KernelCatalogue.all(KernelSupport.tiny)
        #expect(Set(operations.map { "\($0.name) \($0.shape)" }).count == operations.count)
        for operation in operations {
            let measurements = try benchmark.measure(operation)
            #expect(!measurements.isEmpty && measurements[0].threads == 1)
            for measurement in measurements {
                #expect(
                    !measurement.agreement.isFailure,
                    "\(operation.name) \(operation.shape) \(measurement.agreement.text)")
                #expect(measurement.seconds > 0 && measurement.share != nil)
            }
        }
    }

    @Test("there is an operation for each layout, each type and each kind of cache")
    func catalogue() {
        let names = Set(KernelCatalogue.all(KernelSupport.tiny).map(\.name))
        for kernel in ProductKernel.all { #expect(names.contains { $0.hasPrefix("multiply \(kernel.name) (") }) }
        for type in CacheType.allCases {
            #expect(names.contains("attend \(type.rawValue)") && names.contains("store \(type.rawValue)"))
        }
        #expect(names.isSuperset(of: ["rms norm", "swiglu", "rotate", "add", "quantise to int8", "quantise to int16"]))
        #expect(names.isSuperset(of: ["dequantise IQ4_XS", "retile Q4_K", "retile F32 to int4"]))
        #expect(KernelCatalogue.all(KernelSupport.tiny, matching: ["RMS", "swiglu"]).count == 4)
        #expect(KernelCatalogue.all(KernelSupport.tiny, matching: ["no such kernel"]).isEmpty)
    }

    @Test("a wrong kernel is found: a product of too little, a norm without its weight, integers one off")
    func wrongKernels() throws {
        var multiply = MultiplyKernels.portable
        let nibble = unsafe multiply.nibbleInt8.nibble
        unsafe multiply.nibbleInt8.nibble = { call in
            var short = unsafe call
            unsafe short.groups -= 1
            unsafe short.rows -= TileLayout.rows
            unsafe nibble(short)
        }
        unsafe multiply.quantizeInt16 = { _, count, destination, _ in
            for index in 0..<count { unsafe destination.storeBytes(of: 1, toByteOffset: index, as: UInt8.self) }
        }
        var vector = VectorKernels.portable
        let norm = unsafe vector.rmsNorm
        unsafe vector.rmsNorm = { destination, source, weight, epsilon, count in
            unsafe norm(destination, source, weight, epsilon, count)
            unsafe destination[count - 1] *= 1.001
        }
        let wrong = KernelSet(multiply: multiply, vector: vector, attention: .portable, roofs: .portable)
        let benchmark = try KernelSupport.benchmark(kernels: wrong)
        for name in ["multiply nibble (", "quantise to int16", "rms norm"] {
            for operation in KernelSupport.operations(name) {
                let found = try benchmark.measure(operation).map(\.agreement)
                #expect(!found.isEmpty && found.allSatisfy(\.isFailure), "\(operation.name) \(found.map(\.text))")
            }
        }
        for name in ["multiply nibbleMin", "swiglu", "quantise to int8"] {
            for operation in KernelSupport.operations(name) {
                #expect(try benchmark.measure(operation).map(\.agreement) == [.reference])
            }
        }
    }

    @Test("agreement: to the bit, within the bound, beyond it, and what is no number")
    func agreement() {
        func compare(_ a: [Float], _ b: [Float]) -> Agreement { Agreement(.floats(a), with: .floats(b), bound: 0.01) }
        #expect(compare([1, 2], [1, 2]) == .exact)
        #expect(compare([1, 2.015625], [1, 2]) == .within(error: 0.0078125, bound: 0.01))
        #expect(compare([1.03125, 2], [1, 2]) == .beyond(error: 0.015625, bound: 0.01))
        #expect(compare([0, -0.0], [0, 0]) == .within(error: 0, bound: 0.01))
        #expect(compare([1e-30, 0], [0, 0]).isFailure)
        #expect(compare([1, .nan], [1, 2]).isFailure)
        #expect(compare([1, .infinity], [1, 2]).isFailure)
        #expect(compare([1], [1, 2]).isFailure)
        #expect(Agreement(.bytes([1, 2]), with: .bytes([1, 3]), bound: 1).isFailure)
        #expect(Agreement(.bytes([1, 2]), with: .bytes([1, 2]), bound: 0) == .exact)
        #expect(Agreement(.bytes([]), with: .floats([]), bound: 0).isFailure)
        #expect(Agreement.within(error: 0, bound: 2.5e-5).text == "0 of 2.5e-5")
        #expect(Agreement.beyond(error: 0.5, bound: 0).text == "WRONG: 5.0e-1 of 0")
        #expect(compare([1], []).text == "WRONG")
    }

    @Test("the median stands in the middle, whatever the order")
    func median() {
        #expect(Samples(seconds: [3, 1, 2]).median == 2)
        #expect(Samples(seconds: [4, 1, 3, 2]).median == 2)
        #expect(Samples(seconds: [5]).shortest == 5)
    }
}
