import Compute
import Testing

@Suite struct ProcessorModelTests {
    private static func text(_ vendor: String, _ family: Int, _ model: Int) -> String {
        """
        processor\t: 0
        vendor_id\t: \(vendor)
        cpu family\t: \(family)
        model\t\t: \(model)
        model name\t: A processor: 2.80GHz
        flags\t\t: fpu vme

        processor\t: 1
        vendor_id\t: another
        """
    }

    @Test("the first processor of a list")
    func reading() throws {
        let found = try #require(ProcessorModel(Self.text("GenuineIntel", 6, 106)))
        #expect(found.vendor == "GenuineIntel" && found.family == 6 && found.model == 106)
    }

    @Test(
        "what says no vendor, family or model is none",
        arguments: [
            "", "\n:\n", "processor\t: 0\nBogoMIPS\t: 50.00\n", "vendor_id\t: a\ncpu family\t: x\nmodel\t\t: 1",
        ])
    func otherwise(text: String) {
        #expect(ProcessorModel(text) == nil)
    }

    @Test(
        "one stream of weights since Zen 4, four before and elsewhere",
        arguments: [
            ("AuthenticAMD", 25, 0x01, false), ("AuthenticAMD", 25, 0x21, false), ("AuthenticAMD", 25, 0x44, false),
            ("AuthenticAMD", 25, 0x11, true), ("AuthenticAMD", 25, 0x61, true), ("AuthenticAMD", 25, 0xa0, true),
            ("AuthenticAMD", 26, 0x02, true), ("AuthenticAMD", 23, 0x71, false), ("GenuineIntel", 6, 106, false),
            ("GenuineIntel", 26, 0, false),
        ])
    func streams(vendor: String, family: Int, model: Int, isOne: Bool) throws {
        #expect(try #require(ProcessorModel(Self.text(vendor, family, model))).prefersOneStream == isOne)
    }
}
