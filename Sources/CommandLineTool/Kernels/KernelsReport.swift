import Compute

/// A whole run as one object; its names are a contract, see the README of this folder.
package struct KernelsReport {
    package let processor: String
    package let threads: [Int]
    package let roofs: MachineRoofs
    package let measurements: [KernelMeasurement]

    package init(processor: String, threads: [Int], roofs: MachineRoofs, measurements: [KernelMeasurement]) {
        self.processor = processor
        self.threads = threads
        self.roofs = roofs
        self.measurements = measurements
    }

    /// One line of JSON.
    package var line: String { report.line }

    private var report: Report {
        [
            "build": .string(Version.number), "cpu": .string(processor), "n_threads": .ids(threads),
            "instruction_sets": .array(
                InstructionSet.allCases.map { set in
                    [
                        "name": .string(set.rawValue), "supported": .bool(set.isSupported),
                        "default": .bool(set == InstructionSet.best),
                    ]
                }),
            "roofs": [
                "read": .array(
                    roofs.bandwidths.map { roof in
                        [
                            "level": .string(roof.level), "threads": .integer(roof.threads),
                            "bytes": roof.capacity == .max ? .null : .integer(roof.capacity),
                            "gb_per_s": .number(roof.bytesPerSecond / 1e9, digits: 3),
                            "gb_per_s_min": .number(roof.lowestBytesPerSecond / 1e9, digits: 3),
                        ]
                    }),
                "compute": .array(
                    roofs.peaks.map { peak in
                        [
                            "arithmetic": .string(peak.arithmetic.rawValue), "set": .string(peak.set),
                            "threads": .integer(peak.threads),
                            "gop_per_s": .number(peak.operationsPerSecond / 1e9, digits: 3),
                        ]
                    }),
            ],
            "kernels": .array(measurements.map(object)),
        ]
    }

    private func object(_ measurement: KernelMeasurement) -> Report {
        let work = measurement.operation.work
        return [
            "operation": .string(measurement.operation.name), "shape": .string(measurement.operation.shape),
            "set": .string(measurement.set), "threads": .integer(measurement.threads),
            "seconds": .number(measurement.seconds, digits: 9),
            "seconds_min": .number(measurement.samples.shortest, digits: 9),
            "n_samples": .integer(measurement.samples.seconds.count), "bytes": .integer(work.bytes),
            "operations": .integer(work.operations), "arithmetic": .string(work.arithmetic.rawValue),
            "gb_per_s": .number(measurement.bytesPerSecond / 1e9, digits: 3),
            "gop_per_s": .number(measurement.operationsPerSecond / 1e9, digits: 3),
            "memory_gb_per_s": measurement.memoryBytesPerSecond.map { .number($0 / 1e9, digits: 3) } ?? .null,
            "roof": measurement.share.map { .string($0.roof) } ?? .null,
            "roof_share": measurement.share.map { .number($0.fraction, digits: 4) } ?? .null,
            "agreement": .object(measurement.agreement.members),
        ]
    }
}

extension Agreement {
    fileprivate var members: [(name: String, value: Report)] {
        switch self {
        case .reference: [("status", "reference")]
        case .shared: [("status", "shared")]
        case .exact: [("status", "exact")]
        case .within(let error, let bound): [("status", "within")] + Self.numbers(error, bound)
        case .beyond(let error, let bound): [("status", "wrong")] + Self.numbers(error, bound)
        }
    }

    private static func numbers(_ error: Double, _ bound: Double) -> [(name: String, value: Report)] {
        [("error", error.isFinite ? .literal("\(error)") : .null), ("bound", .literal("\(bound)"))]
    }
}
