import Swiftlet
import Testing

@Suite struct MemoryPlanTests {
    /// A cache of 1,000 bytes a token.
    private func plan(weights: Int, model: Int, requested: Int = 0, available: Int?) throws -> MemoryPlan {
        try MemoryPlan(
            weightBytes: weights, modelContextTokens: model, requestedTokens: requested, availableBytes: available,
            cacheBytes: { $0 * 1_000 })
    }

    @Test func takesTheModelsContextWhereItFits() throws {
        let plan = try plan(weights: 1_000_000, model: 4_096, available: 10_000_000)
        #expect(plan.contextTokens == 4_096 && !plan.isCapped)
        #expect(plan.cacheBytes == 4_096_000)
        #expect(try self.plan(weights: 1_000_000, model: 4_096, available: nil).contextTokens == 4_096)
    }

    @Test func capsTheContextToTheMemory() throws {
        // 90 % of 5 MB less 1 MB of weights: 3,500 tokens, of which 13 · 256 = 3,328 are whole steps.
        let plan = try plan(weights: 1_000_000, model: 131_072, available: 5_000_000)
        #expect(plan.contextTokens == 3_328 && plan.isCapped)
        #expect(plan.modelContextTokens == 131_072)
    }

    @Test func refusesWithNumbersAtTheEdge() throws {
        // 90 % of 2,000,000 is 1,800,000.
        #expect(try plan(weights: 1_544_000, model: 4_096, available: 2_000_000).contextTokens == 256)
        #expect(
            throws: LanguageModelError.notEnoughMemory(
                weightBytes: 1_544_001, cacheBytes: 256_000, contextTokens: 256, availableBytes: 2_000_000)
        ) { try plan(weights: 1_544_001, model: 4_096, available: 2_000_000) }
        #expect(throws: LanguageModelError.self) { try plan(weights: 3_000_000, model: 4_096, available: 2_000_000) }
    }

    @Test func whatWasAskedForIsNotCapped() throws {
        #expect(try plan(weights: 0, model: 4_096, requested: 1_000, available: 2_000_000).contextTokens == 1_000)
        #expect(throws: LanguageModelError.self) {
            try plan(weights: 0, model: 4_096, requested: 2_000, available: 2_000_000)
        }
        #expect(throws: LanguageModelError.contextTooLong(requested: 4_097, limit: 4_096)) {
            try plan(weights: 0, model: 4_096, requested: 4_097, available: nil)
        }
    }
}
