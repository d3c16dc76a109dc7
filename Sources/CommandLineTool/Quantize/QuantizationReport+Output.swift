import Quantization
import Terminal

extension QuantizationReport {
    /// For people, on one line.
    func text(_ path: String) -> String {
        let types = types.map { "\($0.type.rawValue) × \($0.count)" }.joined(separator: ", ")
        let bits = Report.number(bitsPerWeight, digits: 2).line
        let error = Report.number(loss.relativeError, digits: 4).line
        return "\(path): \(ProgressText.bytes(fileBytes)), \(bits) bits a weight, relative error \(error) (\(types))"
    }

    func report(_ path: String, seconds: Double) -> Report {
        [
            "file": .string(path), "bytes": .integer(fileBytes), "bits_per_weight": .number(bitsPerWeight, digits: 3),
            "relative_error": .number(loss.relativeError, digits: 6), "seconds": .number(seconds, digits: 3),
            "tensors": .array(
                tensors.map { tensor in
                    [
                        "name": .string(tensor.name), "type": .string(tensor.type.rawValue),
                        "bytes": .integer(tensor.byteCount),
                        "relative_error": .number(tensor.loss.relativeError, digits: 6),
                    ]
                }),
        ]
    }
}
