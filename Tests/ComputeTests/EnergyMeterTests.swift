import Compute
import Foundation
import Testing

/// The meter over a folder laid out as Linux's powercap lays out its own.
@Suite struct EnergyMeterTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("powercap-\(UUID().uuidString)").path
        try zone(0, name: "package-0", energy: 1_000_000)
        try zone(1, name: "package-1", energy: 9_500_000)
        try zone(2, name: "psys", energy: 0)
    }

    private func zone(_ index: Int, name: String, energy: Int) throws {
        let path = "\(folder)/intel-rapl:\(index)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (file, text) in [("name", name), ("max_energy_range_uj", "10000000"), ("energy_uj", "\(energy)")] {
            try Data("\(text)\n".utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
        }
    }

    @Test("packages are added up, a counter that began again included, and nothing is counted twice")
    func joules() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let meter = try #require(EnergyMeter(folder: folder))
        let start = meter.read()
        try zone(0, name: "package-0", energy: 3_000_000)
        try zone(1, name: "package-1", energy: 500_000)
        try zone(2, name: "psys", energy: 7_000_000)
        #expect(meter.joules(since: start) == 3)
        try Data("not a number".utf8).write(to: URL(fileURLWithPath: "\(folder)/intel-rapl:1/energy_uj"))
        #expect(meter.joules(since: start) == nil)
    }

    @Test("a machine without counters has no meter")
    func none() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(EnergyMeter(folder: "\(folder)/nowhere") == nil)
    }

    @Test("the peak of memory begins again where it is asked to, or stays")
    func peak() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard let before = SystemMemory.peakBytes else { return }
        let bytes = [UInt8](repeating: 1, count: 64 << 20)
        let with = try #require(SystemMemory.peakBytes)
        #expect(bytes[5] == 1 && with >= before && with >= 64 << 20)
        SystemMemory.resetPeak()
        #expect(try #require(SystemMemory.peakBytes) <= with)
    }
}
