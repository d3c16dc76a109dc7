import Foundation
import SwiftProtobuf

// Bytes in and out: other modules need neither protobuf nor Foundation for a model.

extension ONNXModelProto {
    /// What stands in a `model.onnx`: the same bytes for the same model.
    ///
    /// - Throws: where a message is above protobuf's 2 GB.
    package func bytes() throws -> [UInt8] { try serializedBytes() }

    /// - Throws: where the bytes are no message of this kind.
    package init(bytes: [UInt8]) throws { try self.init(serializedBytes: bytes) }
}

extension ONNXTensorProto {
    /// Elements as they lie in memory, where they stand in the message itself.
    package var raw: [UInt8] {
        get { Array(rawData) }
        set { rawData = Data(newValue) }
    }
}
