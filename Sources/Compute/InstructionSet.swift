import Kernels
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
#if canImport(KernelsAVX2)
    import KernelsAVX2
    import KernelsAVX512
#endif

/// A family of vector instructions that the kernels were compiled for, narrowest first.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// Swift's SIMD types, on whatever the platform guarantees (SSE2 on x86-64, NEON on Arm).
    case portable
    /// AVX2 with FMA and F16C: Intel since Haswell (2013), AMD since Excavator and Zen.
    case avx2
    /// AVX-512 (F, BW, DQ, VL) with VNNI, besides the former: Intel since Ice Lake (2019), AMD since Zen 4.
    case avx512

    /// Whether this build has the kernels and this machine the instructions.
    public var isSupported: Bool {
        switch self {
        case .portable: true
        case .avx2: Self.hasAVX2
        case .avx512: Self.hasAVX512
        }
    }

    /// The widest set that this machine runs.
    public static var best: InstructionSet { allCases.last(where: \.isSupported) ?? .portable }

    /// What `SWIFTLET_ISA` asks for, the widest set where it asks for nothing or for `best`.
    static func fromEnvironment() throws(ComputeError) -> InstructionSet {
        guard let value = unsafe getenv("SWIFTLET_ISA") else { return best }
        return try named(unsafe String(cString: value))
    }

    /// The set with a name as users write it: a raw value, or `best`.
    public static func named(_ name: String) throws(ComputeError) -> InstructionSet {
        if name.isEmpty || name == "best" { return best }
        guard let set = InstructionSet(rawValue: name) else { throw ComputeError.unknownInstructionSet(name) }
        return set
    }

    /// The kernels of this set, those among them that suit this processor where several do the same.
    var kernels: KernelSet {
        #if canImport(KernelsAVX2)
            var kernels: KernelSet =
                switch self {
                case .portable: .portable
                case .avx2: .avx2
                case .avx512: .avx512(over: .avx2, promptsBy: .fastest)
                }
            if ProcessorModel.current?.prefersOneStream == true {
                kernels.multiply.streams = 1
                kernels.attention.streams = 1
            }
            return kernels
        #else
            return .portable
        #endif
    }

    private static let hasAVX2 = processorHas(["avx2", "fma", "f16c"])
    private static let hasAVX512 =
        hasAVX2 && processorHas(["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"])

    /// The operating system's word is asked for, not `cpuid`: it also knows whether it saves the wide registers.
    private static func processorHas(_ features: [Substring]) -> Bool {
        #if canImport(KernelsAVX2) && os(Linux)
            let flags = SystemFile.firstLine(of: "/proc/cpuinfo", startingWith: "flags")?.split(separator: " ") ?? []
            return features.allSatisfy(flags.contains)
        #else
            return false
        #endif
    }
}
