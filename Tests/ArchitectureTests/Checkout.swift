import Foundation
import TestSupport

/// The files of this checkout, which the rules are about.
enum Checkout {
    /// Resolved, since folders of a build may be links to a checkout elsewhere.
    static let root = Golden.repository.appendingPathComponent("Tests").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

    static func holds(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path(relative)) }

    static func text(_ relative: String) throws -> String {
        try String(contentsOfFile: path(relative), encoding: .utf8)
    }
}
