import Tensors
import Testing

@Suite struct TensorTests {
    private let storage = HugePageBuffer(byteCount: 1_000)!

    @Test("a shape is outermost first: rows times columns")
    func shapes() {
        #expect(TensorShape([3, 4]).rows == 3 && TensorShape([3, 4]).columns == 4)
        #expect(TensorShape([2, 3, 4]).rows == 6 && TensorShape([2, 3, 4]).elementCount == 24)
        #expect(TensorShape([5]).rows == 1 && TensorShape([5]).columns == 5)
        #expect(TensorShape([]).elementCount == 1 && TensorShape([]).columns == 1 && TensorShape([]).rows == 1)
        #expect(TensorShape([0, 4]).elementCount == 0)
        #expect("\(TensorShape([3, 4]))" == "[3, 4]")
    }

    @Test("a tensor is a view of exactly its rows")
    func view() throws {
        let tensor = Tensor(name: "w", type: .q8_0, shape: TensorShape([3, 64]), storage: storage, byteOffset: 100)
        #expect(tensor.rowBytes == 68)
        #expect(tensor.byteRange == 100..<304)
        unsafe storage.mutableBytes[100] = 9
        unsafe storage.mutableBytes[303] = 8
        #expect(unsafe tensor.bytes.count == 204 && tensor.bytes[0] == 9 && tensor.bytes[203] == 8)
    }

    @Test("the last byte of the storage may be used, the one after it may not")
    func extent() async {
        #expect(
            Tensor(name: "w", type: .f32, shape: TensorShape([250]), storage: storage, byteOffset: 0).byteRange.count
                == 1_000)
        await #expect(processExitsWith: .failure) {
            _ = Tensor(
                name: "w", type: .f32, shape: TensorShape([250]), storage: HugePageBuffer(byteCount: 1_000)!,
                byteOffset: 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor(
                name: "w", type: .q4_0, shape: TensorShape([31]), storage: HugePageBuffer(byteCount: 1_000)!,
                byteOffset: 0)
        }
    }
}
