import ArgumentParser

/// The exit codes that scripts rely on, after BSD's `sysexits.h` and the shells' 128 + signal.
enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
    case usage = 64
    /// A file or a line of input is not what it claims to be.
    case badData = 65
    /// A model or an input file is not there.
    case missingFile = 66
    /// The instruction set, device or server asked for is not there.
    case unavailable = 69
    /// The settings or the machine's memory do not allow it.
    case configuration = 78
    case interrupted = 130
    case terminated = 143

    var exitCode: ExitCode { ExitCode(rawValue) }
}
