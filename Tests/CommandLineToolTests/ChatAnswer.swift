import Testing

/// What `chat --json` says of an answer.
struct ChatAnswer {
    let promptIDs: [Int]
    let ids: [Int]
    let cachedTokens: Int
    let text: String
    /// By how much the best token's log-probability exceeded the next, for each token; empty without `--logprobs 2`.
    let margins: [Double]

    init(_ object: [String: Any]) throws {
        promptIDs = try #require(object["prompt_ids"] as? [Int])
        ids = try #require(object["ids"] as? [Int])
        text = try #require(object["text"] as? String)
        let usage = try #require(object["usage"] as? [String: Any])
        #expect(usage["prompt_tokens"] as? Int == promptIDs.count)
        cachedTokens = try #require((usage["prompt_tokens_details"] as? [String: Any])?["cached_tokens"] as? Int)
        margins = (object["logprobs"] as? [[String: Any]] ?? []).map { token in
            let best = (token["top"] as? [[String: Any]] ?? []).compactMap { $0["logprob"] as? Double }
            return best.count < 2 ? .infinity : best[0] - best[1]
        }
    }
}
