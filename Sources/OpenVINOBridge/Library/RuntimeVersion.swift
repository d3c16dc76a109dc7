/// OpenVINO's version, as its library tells it: `2026.4.1-22982-e213a147257-releases/2026/4`.
public struct RuntimeVersion: Sendable, Equatable, CustomStringConvertible {
    /// As the library tells it.
    public let build: String
    /// Year, release and patch.
    let numbers: [Int]

    /// Versions that the bridge's tests ran with.
    public static let tested = ["2026.4.1"]
    /// Before this one element types have other numbers, and tensors would be read as something else.
    static let minimumYear = 2025

    package init(build: String) {
        self.build = build
        numbers = build.prefix { $0 != "-" }.split(separator: ".").prefix(3).map { Int($0) ?? 0 }
    }

    /// `2026.4.1`
    public var description: String { numbers.isEmpty ? build : numbers.map(String.init).joined(separator: ".") }

    public var isTested: Bool { Self.tested.contains(description) }

    package var isSupported: Bool { (numbers.first ?? 0) >= Self.minimumYear }
}
