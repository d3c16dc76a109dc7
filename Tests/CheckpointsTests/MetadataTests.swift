import Checkpoints
import Testing
import UntrustedInput

@Suite struct MetadataTests {
    private let metadata: Metadata

    init() throws { metadata = try open(GGUFBuilder.sample.bytes(), as: "tiny.gguf").metadata }

    @Test("every integer type is read by its value")
    func integers() throws {
        let all = Int.min...Int.max
        #expect(try metadata.int("u8", in: all) == 200)
        #expect(try metadata.int("i8", in: all) == -100)
        #expect(try metadata.int("u16", in: all) == 60_000)
        #expect(try metadata.int("i16", in: all) == -30_000)
        #expect(try metadata.int("u32", in: all) == 4_000_000_000)
        #expect(try metadata.int("i32", in: all) == -2_000_000_000)
        #expect(try metadata.int("i64", in: all) == Int.min)
        #expect(try metadata.intArray("integers") == [1, -2, 3])
    }

    @Test("a number outside the range that makes sense is refused, at both ends")
    func ranges() throws {
        #expect(try metadata.int("u8", in: 200...200) == 200)
        #expect(throws: InputError.self) { try metadata.int("u8", in: 201...300) }
        #expect(throws: InputError.self) { try metadata.int("u8", in: 0...199) }
        #expect(
            throws: InputError.outOfRange(
                file: metadata.file, field: "u64", found: "18446744073709551615", expected: "0 to \(Int.max)")
        ) { try metadata.int("u64", in: 0...Int.max) }
        #expect(throws: InputError.self) { try metadata.intArray("integers", in: 0...9) }
    }

    @Test("floats, booleans and texts") func others() throws {
        #expect(try metadata.float("f32") == 1.5)
        #expect(try metadata.float("f64") == -2.25)
        #expect(try metadata.floatArray("floats") == [0.5, -1, 3])
        #expect(try metadata.bool("yes"))
        #expect(try metadata.string("text") == "grüße")
        #expect(try metadata.stringArray("words") == ["a", "", "日本", "d"])
        #expect(try metadata.stringArray("empty").isEmpty)
        #expect(throws: InputError.malformed(file: metadata.file, field: "odd", found: "2", expected: "0 or 1")) {
            try metadata.bool("odd")
        }
    }

    @Test("another type is an error that names both")
    func types() throws {
        let file = metadata.file
        func wrong(_ key: String, _ found: String, _ expected: String) -> InputError {
            .wrongType(file: file, field: key, found: found, expected: expected)
        }
        #expect(throws: wrong("u8", "uint8", "string")) { try metadata.string("u8") }
        #expect(throws: wrong("text", "string", "an integer")) { try metadata.int("text", in: 0...1) }
        #expect(throws: wrong("f32", "float32", "an integer")) { try metadata.int("f32", in: 0...1) }
        #expect(throws: wrong("yes", "bool", "an integer")) { try metadata.int("yes", in: 0...1) }
        #expect(throws: wrong("u8", "uint8", "a float")) { try metadata.float("u8") }
        #expect(throws: wrong("u8", "uint8", "bool")) { try metadata.bool("u8") }
        #expect(throws: wrong("text", "string", "array of string")) { try metadata.stringArray("text") }
        #expect(throws: wrong("words", "array of string", "array of integers")) { try metadata.intArray("words") }
        #expect(throws: wrong("integers", "array of int32", "array of floats")) { try metadata.floatArray("integers") }
        #expect(throws: wrong("integers", "array of int32", "an integer")) { try metadata.int("integers", in: 0...9) }
    }

    @Test("an absent key is nil where it may be, an error where it must not")
    func absent() throws {
        #expect(try metadata.stringIfPresent("none") == nil)
        #expect(try metadata.intIfPresent("none", in: 0...1) == nil)
        #expect(try metadata.floatIfPresent("none") == nil)
        #expect(try metadata.boolIfPresent("none") == nil)
        #expect(try metadata.stringArrayIfPresent("none") == nil)
        #expect(throws: InputError.missing(file: metadata.file, field: "none")) { try metadata.string("none") }
        #expect(throws: InputError.missing(file: metadata.file, field: "none")) { try metadata.floatArray("none") }
    }

    @Test("arrays longer than the caller can use are refused")
    func arrayLimit() throws {
        #expect(try metadata.stringArray("words", limit: 4).count == 4)
        #expect(
            throws: InputError.limitExceeded(file: metadata.file, field: "words: array length", found: 4, limit: 3)
        ) { try metadata.stringArray("words", limit: 3) }
        #expect(metadata.arrayCount("words") == 4)
        #expect(metadata.arrayCount("text") == nil)
        #expect(metadata.typeName(of: "words") == "array of string")
    }

    @Test("text that is not UTF-8 is the error of its key, and of no other")
    func invalidText() throws {
        var builder = GGUFBuilder.sample
        builder.metadata.append(("bad", .init(type: 8, bytes: lengthPrefixed([0xC3, 0x28]))))
        let metadata = try open(builder.bytes(), as: "bad.gguf").metadata
        #expect(try metadata.string("text") == "grüße")
        #expect(throws: InputError.self) { try metadata.string("bad") }
    }
}
