public import ArgumentParser
public import Quantization

/// How the matrices of a made checkpoint are stored.
package typealias SynthType = TypeMixture

extension TypeMixture: ExpressibleByArgument {}
