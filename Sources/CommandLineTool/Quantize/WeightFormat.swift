import ArgumentParser
import Quantization

/// Numbers of so many bits, as those who come from OpenVINO's tools ask for them.
enum WeightFormat: String, CaseIterable, ExpressibleByArgument {
    case f32, f16, bf16, int8, int4

    /// Whether the numbers of a group lie evenly around 0, or between a minimum and a maximum of their own.
    enum Symmetry: String, CaseIterable, EnumerableFlag {
        case sym, asym

        static func help(for value: Symmetry) -> ArgumentHelp? {
            switch value {
            case .sym: "A scale for each group, and no minimum (the default)."
            case .asym: "A scale and a minimum for each group; int4 alone."
            }
        }
    }

    /// The type of GGUF that holds such numbers.
    ///
    /// - Throws: what GGUF has no type for, with the formats that do.
    func mixture(groupSize: Int, symmetry: Symmetry) throws -> TypeMixture {
        switch (self, symmetry) {
        case (.f32, _): return .f32
        case (.f16, _): return .f16
        case (.bf16, _): return .bf16
        case (.int8, .asym):
            throw ValidationError("GGUF has no int8 with a minimum; \(Self.otherFormats) holds it.")
        case (.int8, .sym), (.int4, _):
            guard groupSize == 32 else {
                let groups = groupSize == -1 ? "one group a row" : "groups of \(groupSize)"
                throw ValidationError(
                    "GGUF has no \(rawValue) in \(groups), only in groups of 32; \(Self.otherFormats) holds it.")
            }
            return self == .int8 ? .q8_0 : symmetry == .sym ? .q4_0 : .q4_1
        }
    }

    private static let otherFormats = "OpenVINO's IR (swiftlet export openvino)"
}
