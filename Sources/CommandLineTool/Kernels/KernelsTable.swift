import Foundation

/// The measurements as a table for people: a line each, as soon as it is there.
package struct KernelsTable {
    private let operationWidth: Int
    private let shapeWidth: Int
    private let setWidth: Int

    package init(operations: [KernelOperation], sets: [String]) {
        func width(_ title: String, _ texts: [String]) -> Int { (texts + [title]).map(\.count).max() ?? 0 }
        operationWidth = width("operation", operations.map(\.name))
        shapeWidth = width("shape", operations.map(\.shape))
        setWidth = width("set", sets + ["all"])
    }

    package var header: String {
        let titles = line(
            "operation", "shape", "set", "threads", "time", "GB/s", "GOP/s", "roof", "of", "against portable")
        return titles + "\n" + String(repeating: "─", count: titles.count)
    }

    /// What all measurements of one operation share stands in the first line alone.
    package func lines(_ measurements: [KernelMeasurement]) -> [String] {
        measurements.enumerated().map { index, measurement in
            let operation = measurement.operation
            let computes = operation.work.operations > 0
            return line(
                index == 0 ? operation.name : "", index == 0 ? operation.shape : "", measurement.set,
                String(measurement.threads), Self.time(measurement.seconds),
                Self.threeDigits(measurement.bytesPerSecond / 1e9),
                computes ? Self.threeDigits(measurement.operationsPerSecond / 1e9) : "–",
                measurement.share.map { fixed(100 * $0.fraction, digits: 0) + " %" } ?? "–",
                measurement.share?.roof ?? "", measurement.agreement.text)
        }
    }

    private func line(
        _ operation: String, _ shape: String, _ set: String, _ threads: String, _ time: String, _ bandwidth: String,
        _ rate: String, _ share: String, _ roof: String, _ agreement: String
    ) -> String {
        [
            operation.padded(to: operationWidth), shape.padded(to: shapeWidth), set.padded(to: setWidth),
            threads.aligned(to: 7), time.aligned(to: 9), bandwidth.aligned(to: 6), rate.aligned(to: 6),
            share.aligned(to: 5), roof.padded(to: 6), agreement,
        ].joined(separator: "  ")
    }

    package static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<1e-6: "\(threeDigits(seconds * 1e9)) ns"
        case ..<1e-3: "\(threeDigits(seconds * 1e6)) µs"
        case ..<1: "\(threeDigits(seconds * 1e3)) ms"
        default: "\(threeDigits(seconds)) s"
        }
    }

    /// A positive number with about three digits that count.
    package static func threeDigits(_ value: Double) -> String {
        fixed(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }
}

extension Agreement {
    /// A few words for a table.
    package var text: String {
        switch self {
        case .reference: "reference"
        case .shared: "one version"
        case .exact: "exact"
        case .within(let error, let bound): "\(Self.power(error)) of \(Self.power(bound))"
        case .beyond(let error, let bound):
            error.isFinite ? "WRONG: \(Self.power(error)) of \(Self.power(bound))" : "WRONG"
        }
    }

    private static func power(_ value: Double) -> String {
        if value == 0 { return "0" }
        let exponent = Int(log10(value).rounded(.down))
        return "\(fixed(value / pow(10, Double(exponent)), digits: 1))e\(exponent)"
    }
}
