package import UntrustedInput

/// What the bridge must know of a model's operations: what feeds which, and where weights lie in other files. The rest of the file is
/// ONNX Runtime's to read.
///
/// The numbers of fields are those of `onnx.proto`.
package struct ONNXDocument: Sendable {
    package struct Node: Sendable {
        package let operation: String
        package let inputs: [String]
        package let outputs: [String]
        /// Rows of the matrices that the graphs inside it hold.
        let innerRows: [Int]
        /// Of the whole field, and of what is in it.
        let range: Range<Int>
        let content: Range<Int>
    }

    /// A tensor whose bytes lie in another file.
    package struct External: Sendable, Equatable {
        package let name: String
        package let file: String
        /// Where its bytes end there.
        package let end: Int
    }

    let bytes: [UInt8]
    package let nodes: [Node]
    package let externals: [External]
    /// Constants of one 64-bit integer, by name.
    let integers: [String: Int]
    /// Rows of constant matrices, by name.
    let rows: [String: Int]
    /// The place of the operation that a value comes from.
    private let producers: [String: Int]
    /// The graph's field, and what is in it.
    let graph: Range<Int>
    let graphContent: Range<Int>
    private let file: String

    /// Graphs inside operations inside graphs: a model of a decoder has one.
    private static let deepest = 8

    /// - Throws: `InputError` where the bytes are no model.
    package init(_ bytes: [UInt8], file: String) throws(InputError) {
        self.bytes = bytes
        self.file = file
        var graph: (Range<Int>, Range<Int>)?
        var reader = WireReader(bytes, file: file)
        while let field = try reader.next() {
            guard field.number == 7, case .bytes(let content) = field.value else { continue }
            guard graph == nil else {
                throw .malformed(file: file, field: "graph", found: "two of them", expected: "one graph")
            }
            graph = (field.range, content)
        }
        guard let graph else { throw .missing(file: file, field: "graph") }
        (self.graph, graphContent) = graph
        var scan = Scan(bytes: bytes, file: file)
        try scan.graph(graph.1, depth: 0)
        nodes = scan.nodes
        externals = scan.externals
        integers = scan.integers
        rows = scan.rows
        producers = Dictionary(
            nodes.enumerated().flatMap { index, node in node.outputs.map { ($0, index) } }
        ) { first, _ in first }
    }

    /// The operation that a value comes from.
    func producer(of name: String) -> Node? { producers[name].map { nodes[$0] } }

    /// One pass over a graph and those inside it.
    private struct Scan {
        let bytes: [UInt8]
        let file: String
        var nodes: [Node] = []
        var externals: [External] = []
        var integers: [String: Int] = [:]
        var rows: [String: Int] = [:]
        /// Of the graphs inside the operation that is being read.
        private var innerRows: [Int] = []

        init(bytes: [UInt8], file: String) {
            self.bytes = bytes
            self.file = file
        }

        mutating func graph(_ range: Range<Int>, depth: Int) throws(InputError) {
            guard depth < ONNXDocument.deepest else {
                throw .limitExceeded(
                    file: file, field: "graphs in graphs", found: UInt64(depth), limit: UInt64(ONNXDocument.deepest))
            }
            var reader = WireReader(bytes, range, file: file)
            while let field = try reader.next() {
                guard case .bytes(let content) = field.value else { continue }
                switch field.number {
                case 1: try node(field.range, content, depth: depth)
                case 5: keep(try tensor(content), depth: depth)
                default: break
                }
            }
        }

        /// - Parameter name: the constant's, where it is not the tensor's own.
        private mutating func keep(_ tensor: Constant, as name: String? = nil, depth: Int) {
            if depth > 0 {
                if let count = tensor.rows { innerRows.append(count) }
            } else {
                integers[name ?? tensor.name] = tensor.integer
                rows[name ?? tensor.name] = tensor.rows
            }
        }

        private mutating func node(_ range: Range<Int>, _ content: Range<Int>, depth: Int) throws(InputError) {
            if depth == 0 { innerRows = [] }
            var (inputs, outputs, operation, constant) = ([String](), [String](), "", Constant?.none)
            var reader = WireReader(bytes, content, file: file)
            while let field = try reader.next() {
                guard case .bytes(let value) = field.value else { continue }
                switch field.number {
                case 1: inputs.append(text(value))
                case 2: outputs.append(text(value))
                case 4: operation = text(value)
                case 5: constant = try attribute(value, depth: depth) ?? constant
                default: break
                }
            }
            if operation == "Constant", let output = outputs.first, let constant {
                keep(constant, as: output, depth: depth)
            }
            guard depth == 0 else { return }
            nodes.append(
                Node(
                    operation: operation, inputs: inputs, outputs: outputs, innerRows: innerRows, range: range,
                    content: content))
        }

        /// - Returns: the tensor, where the attribute is one.
        private mutating func attribute(_ range: Range<Int>, depth: Int) throws(InputError) -> Constant? {
            var constant: Constant?
            var reader = WireReader(bytes, range, file: file)
            while let field = try reader.next() {
                guard case .bytes(let value) = field.value else { continue }
                switch field.number {
                case 5, 10: constant = try tensor(value)
                case 6, 11: try graph(value, depth: depth + 1)
                default: break
                }
            }
            return constant
        }

        /// What of a tensor is kept.
        private struct Constant {
            var name = ""
            /// What it holds, where that is one 64-bit integer.
            var integer: Int?
            /// Of a matrix.
            var rows: Int?
        }

        private mutating func tensor(_ range: Range<Int>) throws(InputError) -> Constant {
            var (name, isExternal, type, integer) = ("", false, UInt64(0), Int?.none)
            var entries: [String: String] = [:]
            var extents: [UInt64] = []
            var reader = WireReader(bytes, range, file: file)
            while let field = try reader.next() {
                switch (field.number, field.value) {
                case (1, .number(let value)): extents.append(value)
                case (1, .bytes(let value)): extents += try numbers(value)
                case (2, .number(let value)): type = value
                case (7, .number(let value)): integer = Int(truncatingIfNeeded: value)
                case (8, .bytes(let value)): name = text(value)
                case (9, .bytes(let value)) where value.count == 8:
                    integer = Int(bytes[value].reversed().reduce(into: Int64(0)) { $0 = $0 << 8 | Int64($1) })
                case (13, .bytes(let value)):
                    let (key, text) = try entry(value)
                    entries[key] = text
                case (14, .number(let value)): isExternal = value == 1
                default: break
                }
            }
            let rows = extents.count == 2 ? Int(exactly: extents[0]) : nil
            guard isExternal else { return Constant(name: name, integer: type == 7 ? integer : nil, rows: rows) }
            guard let other = entries["location"] else { throw .missing(file: file, field: "\(name): location") }
            let offset = try wholeNumber(entries["offset"] ?? "0", "\(name): offset")
            // Without a length the tensor goes on as far as its shape says: ONNX Runtime's to check.
            let (end, overflow) = offset.addingReportingOverflow(
                try wholeNumber(entries["length"] ?? "0", "\(name): length"))
            guard !overflow else {
                throw .malformed(
                    file: file, field: name, found: "an end past every file", expected: "a place in a file")
            }
            externals.append(External(name: name, file: other, end: end))
            return Constant(name: name, rows: rows)
        }

        /// Numbers that stand in one field.
        private func numbers(_ range: Range<Int>) throws(InputError) -> [UInt64] {
            var reader = WireReader(bytes, range, file: file)
            var numbers: [UInt64] = []
            while let number = try reader.nextNumber() { numbers.append(number) }
            return numbers
        }

        private func entry(_ range: Range<Int>) throws(InputError) -> (String, String) {
            var (key, value) = ("", "")
            var reader = WireReader(bytes, range, file: file)
            while let field = try reader.next() {
                guard case .bytes(let content) = field.value else { continue }
                if field.number == 1 { key = text(content) } else if field.number == 2 { value = text(content) }
            }
            return (key, value)
        }

        private func wholeNumber(_ text: String, _ field: String) throws(InputError) -> Int {
            guard let value = Int(text), value >= 0 else {
                throw .malformed(
                    file: file, field: field, found: "\"\(text.prefix(64))\"", expected: "a whole number")
            }
            return value
        }

        private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    }
}
