/// Which processor this is, as far as it decides between kernels that give the same bits.
package struct ProcessorModel {
    package let vendor: Substring
    package let family: Int
    package let model: Int

    /// This machine's; nil where the system does not tell.
    static let current: ProcessorModel? = SystemFile.text(of: "/proc/cpuinfo").flatMap { ProcessorModel($0) }

    /// The first processor of a `/proc/cpuinfo`.
    package init?(_ text: String) {
        func value(of key: String) -> Substring? {
            for line in text.split(separator: "\n") {
                // "model\t\t: 106"
                guard let colon = line.firstIndex(of: ":"), line[..<colon].prefix(while: { $0 != "\t" }) == key else {
                    continue
                }
                return line[colon...].dropFirst().drop { $0 == " " }
            }
            return nil
        }
        guard let vendor = value(of: "vendor_id"), let family = value(of: "cpu family").flatMap({ Int($0) }),
            let model = value(of: "model").flatMap({ Int($0) })
        else { return nil }
        (self.vendor, self.family, self.model) = (vendor, family, model)
    }

    /// Whether a core reads one long stream faster than four: AMD since Zen 4 (30 GB/s, and 20 by two). Zen 3 reads 1.2 to 1.4
    /// times as much by four, Ice Lake 1.2 times.
    package var prefersOneStream: Bool {
        guard vendor == "AuthenticAMD" else { return false }
        return switch family {
        case 25: [0x10...0x1f, 0x60...0x7f, 0xa0...0xaf].contains { $0.contains(model) }
        default: family > 25
        }
    }
}
