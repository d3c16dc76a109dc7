import ArgumentParser
import Compute
import Swiftlet

/// How a model is held in memory and on how many threads it runs.
struct LoadArguments: ParsableArguments {
    @Option(help: "Hold the weights in this type, quantising at load; the file's own type where nothing is given.")
    var dtype: WeightType?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Columns that share a scale with int8 and int4: 32, 64, 128 …, or -1 for whole rows.", valueName: "columns")
    )
    var groupSize: Int?

    @Flag(help: "Give the groups of int4 a minimum beside their scale; the default is symmetric about zero.")
    var asym = false

    @Option(
        help: ArgumentHelp(
            "Bits of an activation where it meets integer weights: 8, as other engines have it, or 16; 16 for models narrower than 2048 where nothing is given. With 8, weights in F16 and BF16 become integers of 15 bits, which read prompts twice as fast; with 16 they stay floats.",
            valueName: "bits"))
    var activationBits: Int?

    @Option(
        name: [.short, .customLong("context"), .customLong("ctx-size")],
        help: "The most tokens of a conversation; 0 for what the model was made for.")
    var context = 0

    @Option(name: .shortAndLong, help: "Threads; physical cores where nothing is given.")
    var threads: Int?

    @Option(
        help: "The type of the key-value cache; f16 where nothing is given, f32 for the smallest models. q8 halves f16."
    )
    var kvType: CacheKind?

    @OptionGroup var backend: BackendArguments

    func validate() throws {
        if backend.backend != .cpu {
            let native: [(name: String, isGiven: Bool)] = [
                ("--dtype", dtype != nil), ("--kv-type", kvType != nil), ("--activation-bits", activationBits != nil),
            ]
            if let other = native.first(where: \.isGiven) {
                throw ValidationError(
                    "\(other.name) is of the native backend; for the others the exported folder and their own settings say it."
                )
            }
        }
        if let groupSize {
            guard dtype?.precision.isQuantized == true else {
                throw ValidationError("--group-size needs --dtype int8 or int4.")
            }
            guard groupSize == -1 || groupSize > 0 && groupSize % 32 == 0 else {
                throw ValidationError("--group-size must be a multiple of 32, or -1 for whole rows.")
            }
        }
        guard !asym || dtype == .int4 else { throw ValidationError("--asym needs --dtype int4.") }
        guard activationBits.map({ $0 == 8 || $0 == 16 }) ?? true else {
            throw ValidationError("--activation-bits must be 8 or 16.")
        }
        guard context >= 0 else { throw ValidationError("--context must not be negative.") }
        if let threads, !(1...Compute.maximumThreadCount).contains(threads) {
            throw ValidationError("--threads must be between 1 and \(Compute.maximumThreadCount).")
        }
    }

    /// The types of `--dtype`.
    enum WeightType: String, CaseIterable, ExpressibleByArgument {
        case f32, bf16, f16, int8, int4

        var precision: WeightPrecision {
            switch self {
            case .f32: .f32
            case .bf16: .bf16
            case .f16: .f16
            case .int8: .int8
            case .int4: .int4
            }
        }
    }

    /// The types of `--kv-type`.
    enum CacheKind: String, CaseIterable, ExpressibleByArgument {
        case f32, f16, q8

        /// Takes llama.cpp's name for 8 bits, too.
        init?(argument: String) { self.init(rawValue: argument == "q8_0" ? "q8" : argument) }

        var type: CacheType {
            switch self {
            case .f32: .f32
            case .f16: .f16
            case .q8: .q8
            }
        }
    }

    var options: LoadOptions {
        LoadOptions(
            threads: threads, contextTokens: context, cacheType: kvType?.type, precision: dtype?.precision ?? .native,
            weightGroups: weightGroups, activationBits: activationBits,
            backend: backend.computeBackend)
    }

    var weightGroups: WeightGroups {
        WeightGroups(columns: groupSize == -1 ? nil : groupSize ?? 32, hasMinimum: asym)
    }

    /// What the weights are held in, for reports.
    var precisionName: String {
        if backend.backend != .cpu { return "as exported" }
        let activations = activationBits.map { ", activations of \($0) bits" } ?? ""
        guard let dtype else { return "as in the file" + activations }
        let groups = groupSize.map { $0 == -1 ? ", a scale a row" : ", groups of \($0)" } ?? ""
        return dtype.rawValue + groups + (asym ? ", asymmetric" : "") + activations
    }
}
