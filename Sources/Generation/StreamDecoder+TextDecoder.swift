public import Tokenizers

extension StreamDecoder: TextDecoder {}
