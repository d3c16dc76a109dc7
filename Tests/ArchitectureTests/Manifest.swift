import Foundation

/// What `Package.swift` declares of each target, read from its text: a build's lock is held while tests run.
struct Manifest {
    /// Names of the package's own targets that a target depends on.
    let dependencies: [String: Set<String>]

    init() throws {
        self.init(text: try Checkout.text("Package.swift"))
    }

    init(text: String) {
        let line = text.split(separator: "\n").joined(separator: " ")
        var found: [String: Set<String>] = [:]
        // The manifest's own `library(` takes the name first; the calls of PackageDescription name it, and products
        // (`.library(name:`) are no targets.
        for (call, start) in [("library(", "\""), (".target(", "name:"), (".executableTarget(", "name:")] {
            for piece in line.components(separatedBy: call).dropFirst() {
                let arguments = Self.untilClosing(piece).drop { $0 == " " }
                guard arguments.hasPrefix(start), let name = Self.literals(arguments).first else { continue }
                let list = arguments.firstIndex(of: "[").map { Self.untilClosing(arguments[$0...].dropFirst()) } ?? ""
                let products = list.components(separatedBy: ".product(").dropFirst().flatMap {
                    Self.literals(Self.untilClosing($0))
                }
                var names = Set(Self.literals(list)).subtracting(products)
                if arguments.contains("instructionSetDependencies") {
                    names.formUnion(["KernelsAVX2", "KernelsAVX512"])
                }
                found[name] = names
            }
        }
        dependencies = found
    }

    /// The text up to the bracket that closes the one just opened.
    private static func untilClosing(_ text: some StringProtocol) -> String {
        var depth = 1
        return String(
            text.prefix { character in
                if "([{".contains(character) { depth += 1 }
                if ")]}".contains(character) { depth -= 1 }
                return depth > 0
            })
    }

    /// The string literals in a stretch of the manifest, which has no escapes.
    private static func literals(_ text: some StringProtocol) -> [String] {
        text.components(separatedBy: "\"").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
