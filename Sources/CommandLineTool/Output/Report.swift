/// A JSON value to be written, its members in the order they are given: reports are read by people too.
indirect enum Report: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A seed takes all 64 bits.
    case unsigned(UInt64)
    /// A measured number, written with this many digits after the point.
    case number(Double, digits: Int)
    /// A number that is given as it is written, e.g. the shortest text of a `Float`.
    case literal(String)
    case string(String)
    case array([Report])
    case object([(name: String, value: Report)])

    static func ids(_ ids: [Int]) -> Report { .array(ids.map { .integer($0) }) }

    static func optional(_ text: String?) -> Report { text.map { .string($0) } ?? .null }
}

extension Report: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    init(dictionaryLiteral elements: (String, Report)...) { self = .object(elements.map { ($0.0, $0.1) }) }
    init(arrayLiteral elements: Report...) { self = .array(elements) }
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
