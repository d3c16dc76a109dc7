/// The version that `--version` and reports give.
enum Version {
    static let number = "0.1.0"
    static let text = "swiftlet \(number)"
}
