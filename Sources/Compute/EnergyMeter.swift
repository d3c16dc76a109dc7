/// What the processor says it has used, by the counters of Linux's powercap (RAPL on Intel and AMD).
///
/// The counters are of whole packages, so whatever else runs is in them; many systems let only root read them.
public struct EnergyMeter: Sendable {
    /// One package's counter, in microjoules, and where it starts again from 0.
    private struct Package: Sendable {
        let path: String
        let range: UInt64
    }

    private let packages: [Package]

    /// This machine's meter; nil where it has none, or none that may be read.
    public static let system = EnergyMeter(folder: "/sys/class/powercap")

    /// - Parameter folder: where the zones `intel-rapl:0`, `intel-rapl:1`, … stand.
    package init?(folder: String) {
        var packages: [Package] = []
        // The zones of a processor's parts (`intel-rapl:0:0`) are in the sum already, and `psys` would count twice.
        for index in 0..<64 {
            let zone = "\(folder)/intel-rapl:\(index)"
            guard let name = SystemFile.firstLine(of: "\(zone)/name", startingWith: "") else { break }
            guard name.hasPrefix("package"), let range = Self.number(in: "\(zone)/max_energy_range_uj"),
                Self.number(in: "\(zone)/energy_uj") != nil
            else { continue }
            packages.append(Package(path: "\(zone)/energy_uj", range: range))
        }
        guard !packages.isEmpty else { return nil }
        self.packages = packages
    }

    /// Where the counters stand, package by package.
    public struct Reading: Sendable {
        fileprivate let microjoules: [UInt64?]
    }

    public func read() -> Reading { Reading(microjoules: packages.map { Self.number(in: $0.path) }) }

    /// Joules used since a reading, by all packages; nil where a counter could not be read.
    ///
    /// A counter that started again from 0 is counted once around: that takes minutes at the least.
    public func joules(since start: Reading) -> Double? {
        var sum = 0.0
        for (package, (before, after)) in zip(packages, zip(start.microjoules, read().microjoules)) {
            guard let before, let after else { return nil }
            sum += Double(after) - Double(before) + (after < before ? Double(package.range) : 0)
        }
        return sum / 1e6
    }

    private static func number(in path: String) -> UInt64? {
        SystemFile.firstLine(of: path, startingWith: "").flatMap { UInt64($0) }
    }
}
