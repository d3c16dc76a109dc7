/// One step of the ladder.
struct Rung: Sendable {
    let number: Int
    /// What changed since the step before.
    let change: String
    /// Why that helps, in a line.
    let reason: String
    /// What a machine must have to run it; nil where this one has it.
    let missing: String?
    /// Lays the weights out, as at load: not measured.
    let prepare: @Sendable (Problem) throws -> Prepared

    /// A product ready to run, again and again.
    struct Prepared {
        /// Floats in, floats out.
        let run: () -> Void
        /// What the last run made, (tokens, rows).
        let output: () -> [Float]
    }

    init(
        _ number: Int, _ change: String, because reason: String, missing: String? = nil,
        prepare: @escaping @Sendable (Problem) throws -> Prepared
    ) {
        self.number = number
        self.change = change
        self.reason = reason
        self.missing = missing
        self.prepare = prepare
    }
}
