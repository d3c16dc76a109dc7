import Foundation
import TestSupport

/// What `Package.swift` declares of each target, read from its text: a build's lock is held while tests run.
struct Manifest {
    /// Names of the package's own targets that a target depends on.
    let dependencies: [String: Set<String>]
    let text: String

    init() throws {
        let url = Golden.repository.appendingPathComponent("Package.swift")
        self.init(text: try String(contentsOf: url, encoding: .utf8))
    }

    init(text: String) {
        self.text = text
        var found: [String: Set<String>] = [:]
        for call in ["library(", ".target(", ".executableTarget("] {
            for piece in text.components(separatedBy: "\n").joined(separator: " ").components(separatedBy: call)
                .dropFirst()
            {
                let arguments = Self.untilClosing(piece)
                guard let name = Self.literals(arguments).first, arguments.hasPrefix("\"") || Self.isNamed(arguments)
                else { continue }
                let list = arguments.range(of: "[").map { Self.untilClosing(String(arguments[$0.upperBound...])) } ?? ""
                let products = Set(
                    list.components(separatedBy: ".product(").dropFirst().flatMap {
                        Self.literals(Self.untilClosing($0))
                    })
                var names = Set(Self.literals(list)).subtracting(products)
                if arguments.contains("instructionSetDependencies") { names.insert("KernelsAVX2") }
                found[name] = names
            }
        }
        dependencies = found
    }

    private static func isNamed(_ arguments: String) -> Bool {
        arguments.drop { $0 == " " }.hasPrefix("name: \"")
    }

    /// The text up to the bracket that closes the one just opened.
    private static func untilClosing(_ text: String) -> String {
        var depth = 1
        return String(
            text.prefix { character in
                if "([{".contains(character) { depth += 1 }
                if ")]}".contains(character) { depth -= 1 }
                return depth > 0
            })
    }

    /// The string literals in a stretch of the manifest, which has no escapes.
    private static func literals(_ text: String) -> [String] {
        text.components(separatedBy: "\"").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
