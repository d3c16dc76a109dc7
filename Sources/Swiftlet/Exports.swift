// A program that imports Swiftlet needs these names and should not have to know which floor they live on.
@_exported public import Generation
@_exported public import Tokenizers
@_exported public import UntrustedInput
