import Checkpoints
import Compute
import Export
import Generation
import Inference
import ModelHub
import ONNXRuntimeBridge
import OpenVINOBridge
import Quantization
import Swiftlet
import UntrustedInput

/// What a command reports when it cannot do its work: the one place where errors become messages and exit codes.
struct Failure: Error {
    let status: ExitStatus
    /// One line for a person; nil where there is nothing to say, or it was said already.
    let message: String?

    init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
    }

    /// nil for errors of no module here: those of the argument parser, help and version among them.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case is ClosedPipe: self.init(.success)
        case let error as InputError: self.init(Self.status(of: error), error.description)
        case let error as CheckpointWriteError: self.init(Self.status(of: error), error.description)
        case let error as QuantizationError: self.init(Self.status(of: error), error.description)
        case let error as ExportError: self.init(Self.status(of: error), error.description)
        case let error as InferenceError: self.init(Self.status(of: error), error.description)
        case let error as ComputeError: self.init(Self.status(of: error), error.description)
        case let error as ONNXRuntimeError: self.init(Self.status(of: error), error.description)
        case let error as OpenVINOError: self.init(Self.status(of: error), error.description)
        case let error as LanguageModelError: self.init(Self.status(of: error), error.description)
        case GenerationError.inference(let error): self.init(Self.status(of: error), error.description)
        case let error as GenerationError: self.init(Self.status(of: error), error.description)
        case let error as HubError: self.init(Self.status(of: error), error.description)
        case let error as RivalError: self.init(Self.status(of: error), error.description)
        case is CancellationError: self.init(.interrupted)
        default: return nil
        }
    }

    private static func status(of error: InputError) -> ExitStatus {
        if case .missingFile = error { .missingFile } else { .badData }
    }

    private static func status(of error: CheckpointWriteError) -> ExitStatus {
        switch error {
        case .refused: .failure
        case .invalid: .badData
        }
    }

    private static func status(of error: QuantizationError) -> ExitStatus {
        switch error {
        case .alreadyQuantized, .outputIsSource: .usage
        case .weightOutOfRange: .badData
        case .sourceChanged: .failure
        }
    }

    private static func status(of error: ExportError) -> ExitStatus {
        switch error {
        case .alreadyQuantized, .outputExists, .precisionUnsupported, .unevenGroups: .usage
        case .weightOutOfRange: .badData
        case .refused, .sourceChanged: .failure
        }
    }

    private static func status(of error: InferenceError) -> ExitStatus {
        switch error {
        case .contextExceeded, .promptExceeded, .outOfMemory: .configuration
        case .tokenOutOfRange: .badData
        case .backendFailed: .unavailable
        case .invalidBatch: .failure
        case .interrupted: .interrupted
        }
    }

    private static func status(of error: ComputeError) -> ExitStatus {
        switch error {
        case .unknownInstructionSet, .unsupportedInstructionSet: .unavailable
        case .invalidThreadCount, .threadNotStarted, .outOfMemory, .unknownOpenBLASUse: .configuration
        case .mismatchedParts, .weightOutOfRange: .badData
        }
    }

    private static func status(of error: GenerationError) -> ExitStatus {
        switch error {
        case .optionOutOfRange, .emptyPrompt: .usage
        case .invalidLogits: .badData
        case .superseded, .inference: .failure
        }
    }

    private static func status(of error: OpenVINOError) -> ExitStatus {
        switch error {
        case .libraryNotFound, .libraryNotOpened, .missingFunction, .unsupportedVersion, .noSuchDevice, .compileFailed:
            .unavailable
        case .notExported, .unreadableModel, .wrongInterface: .badData
        case .invalidSetting: .usage
        }
    }

    private static func status(of error: ONNXRuntimeError) -> ExitStatus {
        switch error {
        case .libraryNotFound, .libraryNotOpened, .missingFunction, .unsupportedVersion, .noSuchProvider,
            .sessionFailed:
            .unavailable
        case .notExported, .unreadableModel, .wrongInterface: .badData
        case .invalidSetting: .usage
        }
    }

    private static func status(of error: LanguageModelError) -> ExitStatus {
        switch error {
        case .notEnoughMemory, .contextTooLong: .configuration
        case .vocabularyMismatch, .noChatFormat, .foreignTranscript: .badData
        case .nothingToRegenerate, .busy: .failure
        }
    }

    private static func status(of error: RivalError) -> ExitStatus {
        switch error {
        case .notStarted: .unavailable
        case .failed, .timedOut, .tooMuchOutput: .failure
        case .noResults, .malformed, .nothingInCommon: .badData
        }
    }

    private static func status(of error: HubError) -> ExitStatus {
        switch error {
        case .invalidName: .usage
        case .modelNotFound, .noMatchingFile, .notFound: .missingFile
        case .notPermitted, .offline, .unreachable, .interrupted, .serverFailed: .unavailable
        case .malformedResponse, .refusedRedirect, .unsafeFileName, .sizeMismatch, .checksumMismatch: .badData
        case .diskFull, .cannotWrite, .busy: .failure
        case .cancelled: .interrupted
        }
    }
}
