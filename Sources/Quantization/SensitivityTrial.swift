package import Tensors

/// One matrix of a model in its narrow type: what a choice of layers tries on each in turn.
package struct SensitivityTrial {
    /// The layer that the matrix belongs to.
    package let layer: Int
    /// The matrix under the name, and in the order of rows, that it has in the source.
    package let narrowed: Tensor
    /// How many matrices are tried, and how many of them before this one.
    package let count: Int
    package let index: Int
}

/// Tells what a trial takes from the model, in any unit that is the same for all matrices.
package typealias SensitivityMeasure = (SensitivityTrial) throws -> Double
