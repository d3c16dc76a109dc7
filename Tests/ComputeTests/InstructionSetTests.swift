import Compute
import Foundation
import Testing

@Suite struct InstructionSetTests {
    @Test func namesAreThoseOfUsers() throws {
        #expect(try InstructionSet.named("portable") == .portable)
        #expect(try InstructionSet.named("avx2") == .avx2)
        #expect(try InstructionSet.named("best") == .best)
        #expect(try InstructionSet.named("") == .best)
        #expect(throws: ComputeError.unknownInstructionSet("avx1024")) { try InstructionSet.named("avx1024") }
        #expect("\(ComputeError.unknownInstructionSet("avx1024"))".contains("best, portable, avx2"))
    }

    @Test func portableIsEverywhere() throws {
        #expect(InstructionSet.portable.isSupported)
        #expect(InstructionSet.best.isSupported)
        #expect(try Compute(threads: 1, instructionSet: .portable).instructionSet == .portable)
    }

    @Test func widestIsChosenUnlessTheEnvironmentSaysOtherwise() throws {
        let expected = try InstructionSet.named(ProcessInfo.processInfo.environment["SWIFTLET_ISA"] ?? "best")
        #expect(try Compute(threads: 1).instructionSet == expected)
    }
}
