/// Why a library is not at hand. A bridge turns it into an error of its own, which names the library's maker and what brings it.
package enum LibraryError: Error, Equatable, Sendable {
    /// No library in any of the places.
    case notFound(searched: [String])
    /// There is a file, but the system does not load it.
    case notOpened(path: String, reason: String)
    /// It loads, but lacks a function that it must have.
    case missingFunction(path: String, name: String)
}
