/// Keys and values of all layers, where the model finds them at one run and leaves them for the next.
protocol KeyValueStore: AnyObject {
    /// Whether what is in the cache stays good in one that has room for `total` tokens.
    func keeps(total: Int) -> Bool

    /// Binds the cache to a run.
    ///
    /// - Parameters:
    ///   - count: tokens in the cache.
    ///   - total: tokens that it must have room for.
    func prepare(_ binding: Binding, count: Int, total: Int) throws(CallFailure)

    /// Takes what a run gave besides the logits.
    func take(_ presents: [Tensor])

    /// Forgets tokens.
    ///
    /// - Returns: how many stay good: `count`, or 0.
    func truncate(to count: Int) -> Int
}
