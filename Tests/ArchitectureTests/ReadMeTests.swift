import Foundation
import Testing

/// What the pages tell people to type exists.
@Suite struct ReadMeTests {
    private static let pages = ["README.md", "CONTRIBUTING.md"]

    @Test("the README's Swift compiles: it stands in a file that is built with the tests")
    func swiftBlocks() throws {
        let compiled = Self.squeezed(try Checkout.text("Tests/SwiftletTests/ReadmeSnippets.swift"))
        let blocks = try CodeBlocks(of: "README.md").written(in: "swift")
        #expect(!blocks.isEmpty)
        for block in blocks {
            // A page imports first; the file does so once, and has the rest inside a function.
            let imports = block.lines.filter { $0.hasPrefix("import ") }
            let rest = Self.squeezed(block.lines.filter { !$0.hasPrefix("import ") }.joined(separator: "\n"))
            #expect(compiled.contains(rest), "not in ReadmeSnippets.swift:\n\(rest)")
            for line in imports { #expect(compiled.contains(line), "not in ReadmeSnippets.swift: \(line)") }
        }
    }

    @Test("every make target on the pages exists", arguments: pages)
    func makeTargets(page: String) throws {
        let makefile = try Checkout.text("Makefile")
        let targets = makefile.split(separator: "\n").filter { !$0.hasPrefix("\t") && $0.contains(":") }
            .map { String($0.prefix { $0 != ":" }) }
        for command in try CodeBlocks(of: page).commands where command.hasPrefix("make ") {
            let target = String(command.split(separator: " ")[1])
            #expect(targets.contains(target), "\(page): \(command)")
        }
    }

    @Test(
        "every swiftlet command on the pages exists, with its options",
        .enabled(if: BuiltProgram.path != nil, "needs the swiftlet program beside the tests"), arguments: pages)
    func programCommands(page: String) throws {
        let overview = try BuiltProgram.help([])
        for command in try CodeBlocks(of: page).commands where command.hasPrefix("swiftlet ") {
            let words = command.split(separator: " ").map(String.init)
            // An alias may follow the name.
            let isThere = [" ", ", "].contains { overview.contains("  \(words[1])\($0)") }
            #expect(isThere, "\(page): \(command)")
            var help = try BuiltProgram.help([words[1]])
            // Some commands are families: what counts then is the help of the member.
            if help.contains("SUBCOMMANDS:") {
                #expect(help.contains("  \(words[2]) "), "\(page): \(command)")
                help = try BuiltProgram.help([words[1], words[2]])
            }
            for option in words where option.hasPrefix("--") {
                #expect(help.contains(String(option.prefix { $0 != "=" })), "\(page): \(command)")
            }
        }
    }

    @Test("links between the pages lead somewhere", arguments: pages)
    func links(page: String) throws {
        let text = try Checkout.text(page)
        for piece in text.components(separatedBy: "](").dropFirst() {
            let target = String(piece.prefix { $0 != ")" && $0 != "#" })
            guard !target.isEmpty, !target.contains("://") else { continue }
            #expect(Checkout.holds(target), "\(page) links to \(target)")
        }
    }

    /// Indentation differs between the page and the function that the snippet is compiled in.
    private static func squeezed(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            .joined(separator: "\n")
    }
}
