internal import Checkpoints
import Tensors
internal import UntrustedInput

/// A folder with a model in OpenVINO's form: `openvino_model.xml` with the operations, `openvino_model.bin` with the
/// constants, and beside them the files of a Hugging Face folder.
struct ModelFolder {
    static let modelName = "openvino_model.xml"
    static let weightsName = "openvino_model.bin"

    let xmlPath: String
    let binPath: String
    let document: IRDocument
    /// Bytes of the constants.
    let weightBytes: Int

    /// Reads the operations and proves that every constant lies inside the file of constants: OpenVINO maps it, and would
    /// say no more than that something is wrong.
    ///
    /// - Throws: `InputError`, and ``OpenVINOError/notExported(path:)`` where the folder holds another kind of model.
    init(_ checkpoint: Checkpoint) throws {
        guard checkpoint.folder != nil,
            let text = try checkpoint.bytes(named: Self.modelName, limit: Limits.headerBytes)
        else { throw OpenVINOError.notExported(path: checkpoint.path) }
        xmlPath = checkpoint.file(named: Self.modelName)
        binPath = checkpoint.file(named: Self.weightsName)
        document = try IRDocument(text, file: xmlPath)
        weightBytes = try Self.weightBytes(of: checkpoint)
        for constant in document.constants where constant.end > weightBytes {
            throw InputError.truncated(
                file: binPath, field: constant.name, needed: UInt64(constant.end), available: UInt64(weightBytes))
        }
    }

    /// - Throws: `InputError` where the file of constants cannot be read, ``OpenVINOError/notExported(path:)`` where no file says
    ///   that there should be one.
    static func weightBytes(of checkpoint: Checkpoint) throws -> Int {
        let path = checkpoint.file(named: weightsName)
        do {
            return try MappedFile(path: path).byteCount
        } catch {
            guard error.isMissing else { throw InputError.unreadable(file: path, reason: error.reason) }
            guard checkpoint.folder != nil, (try? MappedFile(path: checkpoint.file(named: modelName))) != nil else {
                throw OpenVINOError.notExported(path: checkpoint.path)
            }
            throw InputError.missingFile(file: path)
        }
    }
}
