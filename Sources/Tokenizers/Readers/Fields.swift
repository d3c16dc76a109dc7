import UntrustedInput

/// Typed access to the members of a JSON object; every error names the file and the path of the member.
struct Fields {
    let json: JSON
    let file: String
    let path: String

    init(_ json: JSON, file: String, path: String = "") {
        self.json = json
        self.file = file
        self.path = path
    }

    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func wrongType(_ key: String, _ value: JSON, _ expected: String) -> InputError {
        .wrongType(file: file, field: name(key), found: value.typeName, expected: expected)
    }

    /// The member, nil where it is missing or null.
    func optional(_ key: String) throws(InputError) -> JSON? {
        guard json.object != nil else {
            throw .wrongType(
                file: file, field: path.isEmpty ? "the text" : path, found: json.typeName, expected: "object")
        }
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    private func required(_ key: String) throws(InputError) -> JSON {
        guard let value = try optional(key) else { throw .missing(file: file, field: name(key)) }
        return value
    }

    func object(_ key: String) throws(InputError) -> Fields {
        let value = try required(key)
        guard value.object != nil else { throw wrongType(key, value, "object") }
        return Fields(value, file: file, path: name(key))
    }

    func optionalObject(_ key: String) throws(InputError) -> Fields? {
        try optional(key) == nil ? nil : try object(key)
    }

    func array(_ key: String) throws(InputError) -> [JSON] {
        guard let value = try optional(key) else { return [] }
        guard let array = value.array else { throw wrongType(key, value, "array") }
        return array
    }

    func objects(_ key: String) throws(InputError) -> [Fields] {
        try array(key).enumerated().map { Fields($1, file: file, path: "\(name(key))[\($0)]") }
    }

    func string(_ key: String) throws(InputError) -> String {
        let value = try required(key)
        guard let string = value.string else { throw wrongType(key, value, "string") }
        return string
    }

    func optionalString(_ key: String) throws(InputError) -> String? {
        try optional(key) == nil ? nil : try string(key)
    }

    func integer(_ key: String) throws(InputError) -> Int {
        let value = try required(key)
        guard let integer = value.integer else { throw wrongType(key, value, "integer") }
        return integer
    }

    /// A boolean, false where it is missing.
    func flag(_ key: String) throws(InputError) -> Bool {
        guard let value = try optional(key) else { return false }
        guard let bool = value.bool else { throw wrongType(key, value, "boolean") }
        return bool
    }

    /// A token as `added_tokens` and `added_tokens_decoder` describe it.
    func addedToken(id: Int) throws(InputError) -> AddedToken {
        AddedToken(
            id: id, content: try string("content"), isSpecial: try flag("special"),
            isSingleWord: try flag("single_word"), stripsLeft: try flag("lstrip"), stripsRight: try flag("rstrip"),
            isNormalized: try flag("normalized"))
    }

    /// The tokens of an `added_tokens.json`, `{content: id}`, by id.
    func contentsByID() throws(InputError) -> [AddedToken] {
        guard let object = json.object else {
            throw .wrongType(file: file, field: "the text", found: json.typeName, expected: "object")
        }
        var tokens: [AddedToken] = []
        for (content, value) in object {
            guard let id = value.integer else { throw wrongType(content, value, "integer") }
            tokens.append(AddedToken(id: id, content: content, isSpecial: true))
        }
        return tokens.sorted { $0.id < $1.id }
    }
}
