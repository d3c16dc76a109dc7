public import Inference

/// Why generation cannot start or go on, one case for each thing a caller can do about it.
public enum GenerationError: Error, Equatable, Sendable {
    /// An option lies outside its range; `option` is its name in ``GenerationOptions``.
    case optionOutOfRange(option: String, found: String, expected: String)
    /// There is no token to go on from.
    case emptyPrompt
    /// A row of logits holds a NaN or an infinity, or leaves no token possible: the weights or the kernels are broken.
    case invalidLogits(position: Int)
    /// Another stream was started on the same session; this one cannot go on.
    case superseded
    /// The backend refused: the context or the memory is full, or it failed.
    case inference(InferenceError)
}

extension GenerationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .optionOutOfRange(let option, let found, let expected):
            "\(option): \(found) is out of range; expected \(expected)"
        case .emptyPrompt:
            "the prompt is empty: there is no token to go on from"
        case .invalidLogits(let position):
            "the model gave no usable logits after position \(position): not a number, infinite, or all ruled out"
        case .superseded:
            "another answer was started on this session"
        case .inference(let error):
            error.description
        }
    }
}
