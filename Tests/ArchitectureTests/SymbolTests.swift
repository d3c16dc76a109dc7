import Testing

/// No symbol of an instruction-set object may stand in for another object's.
///
/// Code that two targets both instantiate is a weak symbol in both, and the linker keeps either copy. If it kept one
/// compiled for AVX2, the portable path would fault on a CPU without it.
@Suite struct SymbolTests {
    private static let objects = ObjectFiles()
    private static let canRead = Binutils.isThere && !(objects?.instructionSets ?? []).isEmpty

    #if arch(x86_64) && os(Linux)
        @Test("the objects of an instruction set are found here")
        func objectsAreFound() { #expect(Self.objects?.instructionSets.isEmpty == false) }
    #endif

    @Test(
        "no weak symbol with vector-extended code is shared",
        .enabled(if: canRead, "needs nm, objdump and the objects of an instruction-set target"))
    func noSharedVectorCode() throws {
        let objects = try #require(Self.objects)
        for set in objects.instructionSets {
            let own = try #require(objects.byTarget[set])
            let others = objects.byTarget.filter { $0.key != set }.flatMap(\.value)
            let weak = try Binutils.definedSymbols(of: own, onlyWeak: true)
            let elsewhere = try Binutils.definedSymbols(of: others, onlyWeak: false)
            var extended: [String: String] = [:]
            for object in own {
                extended.merge(try Binutils.vectorExtendedSymbols(of: object)) { first, _ in first }
            }
            // A run that looked at nothing must not pass for one that found nothing.
            #expect(extended.count >= 5, "\(set): \(own.count) objects hold hardly any vector code")
            #expect(elsewhere.count >= 100, "\(set): hardly any other object was read")
            for symbol in weak.intersection(elsewhere).sorted() {
                #expect(extended[symbol] == nil, "\(set) shares \(symbol): \(extended[symbol] ?? "")")
            }
        }
    }

    @Test(
        "portable code holds no vector-extended instruction",
        .enabled(if: canRead, "needs nm, objdump and the objects of an instruction-set target"))
    func portableIsPortable() throws {
        let objects = try #require(Self.objects)
        for target in ["Kernels", "Compute", "Tensors", "Transformer"] {
            for object in objects.byTarget[target] ?? [] {
                let extended = try Binutils.vectorExtendedSymbols(of: object)
                #expect(extended.isEmpty, "\(target): \(extended.keys.sorted().prefix(3))")
            }
        }
    }

    @Test("vector-extended instructions are told from others")
    func telling() {
        #expect(Binutils.isVectorExtended("  1a:\tvpmaddubsw %ymm0,%ymm1,%ymm2"))
        #expect(Binutils.isVectorExtended("  1a:\tvmaxps %xmm0,%xmm1,%xmm2"))
        #expect(Binutils.isVectorExtended("  1a:\tvmovups (%rdi),%xmm0"))
        #expect(!Binutils.isVectorExtended("  1a:\tmovups (%rdi),%xmm0"))
        #expect(!Binutils.isVectorExtended("  1a:\tvmcall"))
        #expect(!Binutils.isVectorExtended("  1a:\tcall   2f <vfunction>"))
    }
}
