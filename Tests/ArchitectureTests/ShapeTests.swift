import Foundation
import Testing

/// What a stranger meets first: files of a readable length, and a page in every module.
@Suite struct ShapeTests {
    /// Nobody reads what protoc writes; its schema is what a stranger opens.
    private static let generated: Set<String> = ["Sources/ONNXFormat/onnx.pb.swift"]

    @Test("no file is longer than 500 lines", arguments: ["Sources", "Tests", "Benchmarks"])
    func length(folder: String) {
        for file in SourceFile.all(under: folder) where !Self.generated.contains(file.path) {
            #expect(file.lineCount <= 500, "\(file.path) has \(file.lineCount) lines")
        }
    }

    @Test("every module says what it is for")
    func readMe() {
        // The module maps hold no code; their comments are in the headers.
        let modules = Set(SourceFile.product.map(\.module))
        for module in modules {
            #expect(Checkout.holds("Sources/\(module)/README.md"), "Sources/\(module) has no README.md")
        }
    }

    @Test("an instruction set has the tables of the portable kernels, in files of the same names")
    func sameNames() {
        func tables(_ module: String) -> Set<String> {
            let files = SourceFile.product.filter { $0.module == module }
            let names = files.map { ($0.path as NSString).lastPathComponent }
            return Set(names.filter { $0.hasSuffix("Kernels.swift") || $0 == "KernelSet.swift" })
        }
        #expect(tables("Kernels").count >= 3)
        for module in FloorPlan.instructionSets { #expect(tables(module) == tables("Kernels"), "\(module)") }
    }
}
