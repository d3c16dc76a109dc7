import Checkpoints
import UntrustedInput

/// Does with a checkpoint what the floors above do: asks for everything, in every type, and touches every dense element.
///
/// Whatever the bytes were, this must end, with or without errors.
func exercise(_ checkpoint: Checkpoint) {
    let metadata = checkpoint.metadata
    for key in metadata.keys {
        _ = try? metadata.string(key)
        _ = try? metadata.int(key, in: Int.min...Int.max)
        _ = try? metadata.float(key)
        _ = try? metadata.bool(key)
        _ = try? metadata.stringArray(key)
        _ = try? metadata.intArray(key)
        _ = try? metadata.floatArray(key)
    }
    for tensor in checkpoint.tensors {
        _ = tensor.denseValues
        precondition(tensor.byteRange.count == tensor.shape.rows * tensor.rowBytes)
    }
    _ = try? checkpoint.configuration
    _ = try? checkpoint.generationConfiguration
}

/// Opens a file and exercises it.
///
/// - Returns: the error, which must be an ``InputError``.
func openAndExercise(_ path: String) throws -> InputError? {
    do {
        exercise(try Checkpoint.open(path))
        return nil
    } catch {
        return error
    }
}
