import Foundation
import Testing

/// What a stranger meets first: files of a readable length, and a page in every module.
@Suite struct ShapeTests {
    @Test("no file is longer than 500 lines", arguments: ["Sources", "Tests", "Benchmarks"])
    func length(folder: String) {
        for file in SourceFile.all(under: folder) {
            #expect(file.lineCount <= 500, "\(file.path) has \(file.lineCount) lines")
        }
    }

    @Test("every module says what it is for")
    func readMe() {
        // The module maps hold no code; their comments are in the headers.
        let modules = Set(SourceFile.all(under: "Sources").map(\.module))
        for module in modules {
            #expect(Checkout.holds("Sources/\(module)/README.md"), "Sources/\(module) has no README.md")
        }
    }

    /// What one instruction set alone needs, beside the operations.
    private static let ownFiles: [String: Set<String>] = ["KernelsAVX2": ["Tokens.swift"]]

    @Test("an instruction set has the files of the portable kernels, by the same names")
    func sameNames() {
        let files = SourceFile.all(under: "Sources")
        func names(_ module: String) -> Set<String> {
            Set(files.filter { $0.module == module }.map { ($0.path as NSString).lastPathComponent })
        }
        for module in FloorPlan.onTheSameFloor.keys {
            let unknown = names(module).subtracting(names("Kernels")).subtracting(Self.ownFiles[module] ?? [])
            #expect(unknown.isEmpty, "\(module) has files with no portable counterpart: \(unknown.sorted())")
        }
    }
}
