import UntrustedInput

/// Lists of token ids in JSON, as commands for those who compare engines take them.
enum TokenIDs {
    /// `[1, 2, 3]`
    static func list(_ json: JSON, file: String, field: String) throws(InputError) -> [Int] {
        guard let elements = json.array else {
            throw .wrongType(file: file, field: field, found: json.typeName, expected: "a list of token ids")
        }
        var ids: [Int] = []
        ids.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let id = element.integer else {
                throw .wrongType(
                    file: file, field: "\(field)[\(index)]", found: element.typeName, expected: "a token id")
            }
            ids.append(id)
        }
        return ids
    }

    /// `[[1, 2], [3]]`, or one list alone.
    static func lists(_ json: JSON, file: String) throws(InputError) -> [[Int]] {
        guard let elements = json.array else {
            throw .wrongType(file: file, field: "ids", found: json.typeName, expected: "a list of lists of token ids")
        }
        guard elements.first?.array != nil else { return [try list(json, file: file, field: "ids")] }
        var lists: [[Int]] = []
        for (index, element) in elements.enumerated() {
            lists.append(try list(element, file: file, field: "ids[\(index)]"))
        }
        return lists
    }

    /// Refuses ids that the model has no embedding for, and a list without any.
    static func check(_ ids: [Int], vocabularySize: Int, file: String, field: String) throws(InputError) {
        guard !ids.isEmpty else {
            throw .outOfRange(file: file, field: field, found: "no token ids", expected: "at least one")
        }
        for (index, id) in ids.enumerated() where !(0..<vocabularySize).contains(id) {
            throw .outOfRange(
                file: file, field: "\(field)[\(index)]", found: "\(id)", expected: "an id below \(vocabularySize)")
        }
    }
}
