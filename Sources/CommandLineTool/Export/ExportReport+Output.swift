import Export
import Terminal

extension ExportReport {
    /// For people, on one line.
    func text(_ path: String) -> String {
        let formats = formats.map { "\($0.format) × \($0.count)" }.joined(separator: ", ")
        let bits = Report.number(bitsPerWeight, digits: 2).line
        let error = Report.number(loss.relativeError, digits: 4).line
        return "\(path): \(ProgressText.bytes(byteCount)), \(bits) bits a weight, relative error \(error) (\(formats))"
    }

    /// What other programs will look for in the folder and not find, a line each.
    func missing(_ path: String) -> [String] {
        guard files.contains("tokenizer.json") || files.contains("tokenizer.model") else {
            return [
                "no tokenizer files: the source has none in a form that other programs read; copy those of the model"
            ]
        }
        guard files.contains("openvino_model.xml"), !files.contains("openvino_tokenizer.xml") else { return [] }
        return [
            "openvino_genai.LLMPipeline takes text only with a tokenizer in OpenVINO's own form; Python's package "
                + "openvino_tokenizers makes it: convert_tokenizer \(path) --with-detokenizer -o \(path)"
        ]
    }

    func report(_ path: String, seconds: Double) -> Report {
        [
            "folder": .string(path), "bytes": .integer(byteCount), "bits_per_weight": .number(bitsPerWeight, digits: 3),
            "relative_error": .number(loss.relativeError, digits: 6), "seconds": .number(seconds, digits: 3),
            "files": .array(files.map { .string($0) }),
            "matrices": .array(
                matrices.map { matrix in
                    [
                        "name": .string(matrix.name), "format": .string(matrix.format),
                        "bytes": .integer(matrix.byteCount),
                        "relative_error": .number(matrix.loss.relativeError, digits: 6),
                    ]
                }),
        ]
    }
}
