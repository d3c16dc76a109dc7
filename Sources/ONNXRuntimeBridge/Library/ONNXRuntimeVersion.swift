/// ONNX Runtime's version, as its library tells it: `1.32.0`.
public struct ONNXRuntimeVersion: Sendable, Equatable, CustomStringConvertible {
    /// As the library tells it.
    public let description: String
    /// The second number, which is also that of the newest API; nil where it is not of the form 1.x.
    let minor: Int?

    /// Versions that the bridge's tests ran with.
    public static let tested = ["1.23.2", "1.24.1", "1.28.0", "1.32.0"]
    /// The first 1.x whose GroupQueryAttention has the twelve inputs that GenAI's builder names. It is also the version of the API that is
    /// asked for.
    static let minimumMinor = 23

    /// The first 1.x that tells which provider computes which operation.
    package static let assignmentMinor = 24

    package init(_ text: String) {
        description = text
        let numbers = text.split(separator: ".")
        minor = numbers.count > 1 && numbers[0] == "1" ? Int(numbers[1].prefix { $0.isNumber }) : nil
    }

    public var isTested: Bool { Self.tested.contains(description) }

    package var isSupported: Bool { (minor ?? 0) >= Self.minimumMinor }

    /// Whether it can tell what a provider leaves to the CPU.
    public var tellsAssignment: Bool { (minor ?? 0) >= Self.assignmentMinor }
}
