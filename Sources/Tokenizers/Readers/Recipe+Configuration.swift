import UntrustedInput

extension Recipe {
    /// Takes the beginning, end, unknown and padding tokens from a `tokenizer_config.json`, which names them as a string
    /// or as an object with `content`.
    mutating func takeNames(from configuration: JSON?, file: String) throws(InputError) {
        guard let configuration else { return }
        let fields = Fields(configuration, file: file)
        beginningID = try id(named: "bos_token", fields) ?? beginningID
        endID = try id(named: "eos_token", fields) ?? endID
        unknownID = try id(named: "unk_token", fields) ?? unknownID
        paddingID = try id(named: "pad_token", fields) ?? paddingID
        addsBeginning = try fields.flag("add_bos_token")
        addsEnd = try fields.flag("add_eos_token")
    }

    private func id(named key: String, _ fields: Fields) throws(InputError) -> Int? {
        guard let value = try fields.optional(key) else { return nil }
        let name = value.object == nil ? try fields.string(key) : try fields.object(key).string("content")
        return vocabulary.id(of: name)
    }
}
