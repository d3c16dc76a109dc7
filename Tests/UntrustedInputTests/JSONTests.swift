import Foundation
import Testing
import UntrustedInput

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSON { try JSON(parsing: text, file: "x.json") }

    @Test("values of every type")
    func values() throws {
        #expect(try parse("null") == .null)
        #expect(try parse(" true\n") == .bool(true))
        #expect(try parse("false") == .bool(false))
        #expect(try parse("[]") == .array([]))
        #expect(try parse("{ }") == .object([:]))
        #expect(
            try parse(#"{"a": [1, {"b": null}], "c": "d"}"#)
                == .object(["a": .array([.integer(1), .object(["b": .null])]), "c": .string("d")]))
    }

    @Test(
        "integers stay integers as long as they fit",
        arguments: [
            ("0", JSON.integer(0)), ("-0", .integer(0)), ("-1", .integer(-1)), ("448", .integer(448)),
            ("9223372036854775806", .integer(.max - 1)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775807", .integer(-.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
            ("100000000000000000000", .number(1e20)), ("1.0", .number(1)), ("1e5", .number(1e5)),
            ("-2.5E-3", .number(-2.5e-3)),
            ("0.1", .number(0.1)), ("1e-400", .number(0)),
        ])
    func numbers(_ text: String, _ expected: JSON) throws {
        #expect(try parse(text) == expected)
    }

    @Test(
        "strings and their escapes",
        arguments: [
            (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""a\u00e9b""#, "aéb"),
            (#""\uD83D\uDE00""#, "😀"), (#""x\u0000y""#, "x\0y"), ("\"日本\"", "日本"), (#""\u2028\\n""#, "\u{2028}\\n"),
            (#""pre\npost""#, "pre\npost"),
        ])
    func strings(_ text: String, _ expected: String) throws {
        #expect(try parse(text) == .string(expected))
    }

    @Test(
        "what RFC 8259 does not allow is refused at its byte",
        arguments: [
            ("", 0), ("nul", 3), ("tru", 3), ("[1,]", 3), ("[1 2]", 3), ("[1", 2), ("{\"a\"}", 4), ("{\"a\":}", 5),
            ("{a:1}", 1),
            ("{\"a\":1,}", 7), ("01", 0), ("-", 0), ("+1", 0), ("1.", 2), (".5", 0), ("1e", 2), ("1e999", 0),
            ("NaN", 0),
            ("Infinity", 0), ("\"a", 2), ("\"\n\"", 1), (#""\x""#, 2), (#""\u12g4""#, 5), (#""\uD800""#, 7),
            (#""\uDC00""#, 7),
            (#""\uD800\u0041""#, 13), ("1 2", 2), ("[]]", 2), ("'a'", 0), ("\u{FEFF}{}", 0), ("/**/1", 0),
        ])
    func refuses(_ text: String, _ byte: Int) throws {
        let error = #expect(throws: InputError.self) { try parse(text) }
        #expect(error?.file == "x.json")
        #expect(error?.field == "byte \(byte)", "\(error.map(String.init(describing:)) ?? "")")
    }

    @Test("a key twice and bytes that are not UTF-8 are refused")
    func strictness() throws {
        #expect(throws: InputError.self) { try parse(#"{"a":1,"a":1}"#) }
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(throws: InputError.self) { try JSON(parsing: bytes, file: "x.json") }
    }

    @Test("nesting at the limit is read, one past it is refused, and a hundred thousand brackets cost nothing")
    func nesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try parse(nested(Limits.jsonDepth)).array != nil)
        for text in [
            nested(Limits.jsonDepth + 1), String(repeating: "[", count: 100_000),
            String(repeating: "{\"a\":", count: 20_000),
        ] {
            let error = #expect(throws: InputError.self) { try parse(text) }
            guard case .limitExceeded = error else {
                Issue.record("\(text.count): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("the number of values is bounded, at the limit and one past it")
    func valueCount() throws {
        func zeros(_ count: Int) -> [UInt8] {
            [UInt8(ascii: "[")] + Array("0,".utf8.cycled(count - 1)) + Array("0]".utf8)
        }
        // The array itself is a value.
        #expect(
            try JSON(parsing: zeros(Limits.jsonValueCount - 1), file: "x").array?.count == Limits.jsonValueCount - 1)
        #expect(throws: InputError.self) { try JSON(parsing: zeros(Limits.jsonValueCount), file: "x") }
    }

    @Test("accessors give a value of their type or nil")
    func accessors() throws {
        let json = try parse(#"{"i":1,"n":1.5,"s":"t","b":true,"a":[],"z":null}"#)
        #expect(json["i"]?.integer == 1 && json["i"]?.double == 1 && json["i"]?.string == nil)
        #expect(json["n"]?.double == 1.5 && json["n"]?.integer == nil)
        #expect(json["s"]?.string == "t" && json["b"]?.bool == true && json["a"]?.array == [])
        #expect(json["z"]?.isNull == true && json["none"] == nil && json["s"]?["x"] == nil)
        #expect(json.typeName == "object" && json["n"]?.typeName == "number")
    }

    @Test("ten megabytes of vocabulary take under a second and a half")
    func speed() throws {
        let text = "{" + (0..<400_000).map { "\"\u{2581}tök\\u0022\($0)\": \($0)" }.joined(separator: ", ") + "}"
        let bytes = Array(text.utf8)
        #expect(bytes.count > 10_000_000)
        let start = threadSeconds()
        let json = try JSON(parsing: bytes, file: "x")
        let seconds = threadSeconds() - start
        #expect(json.object?.count == 400_000)
        #expect(seconds < 1.5, "\(seconds) s")
    }
}

extension String.UTF8View {
    /// The bytes again and again.
    fileprivate func cycled(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in Array(self) } }
}

/// Processor time of this thread: other work on the machine is not what is measured.
private func threadSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
