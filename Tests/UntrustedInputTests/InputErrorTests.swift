import Testing
import UntrustedInput

@Suite struct InputErrorTests {
    static let errors: [InputError] = [
        .missingFile(file: "f"), .unreadable(file: "f", reason: "r"),
        .malformed(file: "f", field: "x", found: "a", expected: "b"),
        .truncated(file: "f", field: "x", needed: 2, available: 1), .missing(file: "f", field: "x"),
        .wrongType(file: "f", field: "x", found: "a", expected: "b"),
        .outOfRange(file: "f", field: "x", found: "a", expected: "b"),
        .limitExceeded(file: "f", field: "x", found: 2, limit: 1),
        .inconsistent(file: "f", field: "x", found: "a", expected: "b"),
        .unsupported(file: "f", field: "x", found: "a", supported: ["b", "c"]),
    ]

    @Test("every error names its file first, and its field where it has one", arguments: errors)
    func names(_ error: InputError) {
        #expect(error.file == "f")
        #expect(error.description.hasPrefix("f: "))
        #expect(error.field == nil || error.description.hasPrefix("f: x: "))
    }

    @Test("what was found and what was expected are both said")
    func words() {
        #expect(Self.errors[3].description == "f: x: truncated: needs 2 bytes, 1 are there")
        #expect(Self.errors[8].description == "f: x: inconsistent: found a, expected b")
        #expect(Self.errors[9].description == "f: x: a is not supported; supported: b, c")
    }
}
