import Tensors
import Testing

@Suite struct ElementTypeTests {
    @Test("the sizes of blocks are ggml's")
    func sizes() {
        let expected: [ElementType: (length: Int, bytes: Int)] = [
            .f32: (1, 4), .f16: (1, 2), .bf16: (1, 2), .q4_0: (32, 18), .q4_1: (32, 20), .q5_0: (32, 22),
            .q5_1: (32, 24), .q8_0: (32, 34), .q2_K: (256, 84), .q3_K: (256, 110), .q4_K: (256, 144),
            .q5_K: (256, 176), .q6_K: (256, 210), .iq4_NL: (32, 18), .iq4_XS: (256, 136),
        ]
        #expect(expected.count == ElementType.allCases.count)
        for (type, size) in expected {
            #expect(type.blockLength == size.length && type.blockBytes == size.bytes, "\(type)")
            #expect(type.isDense == (size.length == 1))
        }
    }
}
