import CommandLineTool
import Compute
import Foundation
import Kernels
import Testing

/// What `swiftlet kernels` writes: table, JSON and picture.
@Suite struct KernelsCommandTests {
    @Test("--json: the roofs, and a kernel's figures under stable names")
    func json() throws {
        // Asked for by name, since `SWIFTLET_ISA` may stand in the tests' own environment.
        let sets = KernelSupport.supported.map(\.rawValue).joined(separator: ",")
        let result = try ToolProcess.run(
            ["kernels", "--quick", "--json", "--only", "rms norm", "--threads", "1", "--isa", sets])
        #expect(result.status == 0, "\(result.errors)")
        let report = try result.json()
        for name in ["build", "cpu", "n_threads", "instruction_sets"] { #expect(report[name] != nil, "\(name)") }
        let roofs = try #require(report["roofs"] as? [String: [[String: Any]]])
        let reads = try #require(roofs["read"])
        #expect(reads.last?["level"] as? String == "memory" && reads.last?["bytes"] is NSNull)
        #expect(reads.allSatisfy { ($0["gb_per_s"] as? Double ?? 0) > 0 })
        let peaks = try #require(roofs["compute"])
        #expect(Set(peaks.compactMap { $0["arithmetic"] as? String }) == ["float", "int8"])
        #expect(Set(peaks.compactMap { $0["set"] as? String }) == Set(KernelSupport.supported.map(\.rawValue)))
        let kernels = try #require(report["kernels"] as? [[String: Any]])
        #expect(kernels.count == 2 * KernelSupport.supported.count)
        for kernel in kernels {
            #expect(kernel["operation"] as? String == "rms norm")
            for name in ["seconds", "seconds_min", "bytes", "operations", "gb_per_s", "gop_per_s", "roof_share"] {
                #expect((kernel[name] as? Double ?? 0) > 0, "\(name)")
            }
            #expect(
                ["reference", "exact", "within"].contains((kernel["agreement"] as? [String: Any])?["status"] as? String)
            )
        }
    }

    @Test("the table has a line for each set; SWIFTLET_ISA picks one; --plot writes a picture")
    func table() throws {
        let picture = try ToolProcess.temporaryFolder().appendingPathComponent("roofline.svg")
        let result = try ToolProcess.run(
            ["kernels", "--quick", "--only", "add", "--threads", "1", "--plot", picture.path],
            environment: ["SWIFTLET_ISA": "portable"])
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").filter { $0.hasPrefix("add ") }
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains("portable") && $0.hasSuffix("reference") })
        #expect(try String(contentsOf: picture, encoding: .utf8).hasPrefix("<svg "))
    }

    @Test("mistakes: an unknown set, no such operation, no thread, no folder")
    func mistakes() throws {
        #expect(try ToolProcess.run(["kernels", "--isa", "altivec"]).status == 64)
        #expect(try ToolProcess.run(["kernels", "--only", "fourier"]).status == 64)
        #expect(try ToolProcess.run(["kernels", "--threads", "0"]).status == 64)
        #expect(try ToolProcess.run(["kernels", "--only", "add", "--plot", "/no/such/folder/x.svg"]).status == 1)
        #expect(try ToolProcess.run(["kernels"], environment: ["SWIFTLET_ISA": "altivec"]).status == 69)
    }

    @Test("times and rates are written with three digits that count")
    func digits() {
        #expect(KernelsTable.time(0.000_000_012_34) == "12.3 ns")
        #expect(KernelsTable.time(0.000_123_4) == "123 µs")
        #expect(KernelsTable.time(0.012_34) == "12.3 ms")
        #expect(KernelsTable.time(1.234) == "1.23 s")
        #expect(KernelsTable.threeDigits(9.999) == "10.0" && KernelsTable.threeDigits(99.99) == "100")
    }
}
