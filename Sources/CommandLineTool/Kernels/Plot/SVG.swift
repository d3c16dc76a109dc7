import Foundation

/// A place in a picture, in pixels from its upper left corner.
struct Point: Equatable {
    var x: Double
    var y: Double
}

/// An upright rectangle.
struct Box: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }

    func contains(_ other: Box) -> Bool {
        x <= other.x && y <= other.y && right >= other.right && bottom >= other.bottom
    }

    /// Small rectangles that together cover a straight line.
    static func along(_ from: Point, _ to: Point, thickness: Double) -> [Box] {
        let length = hypot(to.x - from.x, to.y - from.y)
        return stride(from: 0, through: length, by: thickness).map { done in
            let part = length > 0 ? done / length : 0
            return Box(
                x: from.x + part * (to.x - from.x) - thickness / 2, y: from.y + part * (to.y - from.y) - thickness / 2,
                width: thickness, height: thickness)
        }
    }

    /// The area that two rectangles have in common.
    func overlap(_ other: Box) -> Double {
        max(0, min(right, other.right) - max(x, other.x)) * max(0, min(bottom, other.bottom) - max(y, other.y))
    }
}

/// Writes the elements of an SVG picture. How they look is a matter of their classes.
struct SVG {
    private(set) var elements: [String] = []

    mutating func line(_ from: Point, _ to: Point, _ style: String) {
        elements.append(
            "<line x1=\"\(Self.number(from.x))\" y1=\"\(Self.number(from.y))\" x2=\"\(Self.number(to.x))\" "
                + "y2=\"\(Self.number(to.y))\" class=\"\(style)\"/>")
    }

    mutating func box(_ box: Box, _ style: String) {
        elements.append(
            "<rect x=\"\(Self.number(box.x))\" y=\"\(Self.number(box.y))\" width=\"\(Self.number(box.width))\" "
                + "height=\"\(Self.number(box.height))\" class=\"\(style)\"/>")
    }

    mutating func polygon(_ points: [Point], _ style: String) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        elements.append("<polygon points=\"\(list)\" class=\"\(style)\"/>")
    }

    /// - Parameter title: what a browser shows under the pointer.
    mutating func circle(_ center: Point, radius: Double, _ style: String, title: String) {
        elements.append(
            "<circle cx=\"\(Self.number(center.x))\" cy=\"\(Self.number(center.y))\" r=\"\(Self.number(radius))\" "
                + "class=\"\(style)\"><title>\(Self.escaped(title))</title></circle>")
    }

    /// - Parameters:
    ///   - at: where the text's baseline begins, or its middle or end, as the class says.
    ///   - degrees: turned around that place, clockwise.
    ///   - strong: more of the text, which is to stand out.
    mutating func text(_ text: String, at: Point, _ style: String, degrees: Double = 0, strong: String = "") {
        let turn =
            degrees == 0
            ? "" : " transform=\"rotate(\(Self.number(degrees)) \(Self.number(at.x)) \(Self.number(at.y)))\""
        elements.append(
            "<text x=\"\(Self.number(at.x))\" y=\"\(Self.number(at.y))\" class=\"\(style)\"\(turn)>"
                + Self.escaped(text)
                + (strong.isEmpty ? "" : "<tspan dx=\"6\" class=\"strong\">\(Self.escaped(strong))</tspan>")
                + "</text>")
    }

    /// The whole document.
    func document(width: Double, height: Double, title: String, style: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
        width="\(Self.number(width))" height="\(Self.number(height))" role="img">
        <title>\(Self.escaped(title))</title>
        <style>
        \(style)
        </style>
        \(elements.joined(separator: "\n"))
        </svg>

        """
    }

    /// To a tenth of a pixel.
    static func number(_ value: Double) -> String {
        let text = fixed(value, digits: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Text as XML takes it; what XML has no way to write is left out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": break
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// About how wide a text in the picture's fonts is, in pixels.
    static func width(of text: String, size: Double) -> Double { 0.6 * size * Double(text.count) }
}
