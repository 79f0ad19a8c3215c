/// Boxes on a grid and arrows between them, for Mermaid, Graphviz and SVG.
package struct Diagram: Hashable, Sendable {
    package struct Box: Hashable, Sendable {
        /// Letters and digits.
        package var id: String
        /// The first is the heading.
        package var lines: [String]
        package var column: Int
        package var row: Int
        /// Drawn in red.
        package var isFaulty: Bool

        package init(id: String, lines: [String], column: Int, row: Int, isFaulty: Bool = false) {
            self.id = id
            self.lines = lines
            self.column = column
            self.row = row
            self.isFaulty = isFaulty
        }
    }

    package struct Edge: Hashable, Sendable {
        package var from: String
        package var to: String
        package var label: String
        package var isFaulty: Bool
        /// Without an arrow's head: a cable.
        package var isUndirected: Bool

        package init(from: String, to: String, label: String, isFaulty: Bool = false, isUndirected: Bool = false) {
            self.from = from
            self.to = to
            self.label = label
            self.isFaulty = isFaulty
            self.isUndirected = isUndirected
        }
    }

    package var title: String
    package var boxes: [Box] = []
    package var edges: [Edge] = []

    package init(title: String) { self.title = title }

    /// Mermaid's flowchart.
    package var mermaid: String {
        var lines = ["---", "title: \(Self.quoted(title))", "---", "flowchart TD"]
        for box in boxes {
            let text = box.lines.map(Self.entities).joined(separator: "<br/>")
            lines.append("  \(box.id)[\"\(text)\"]" + (box.isFaulty ? ":::fault" : ""))
        }
        for edge in edges {
            let arrow = edge.isUndirected ? "---" : "-->"
            let label = edge.label.isEmpty ? "" : "|\"\(Self.entities(edge.label))\"|"
            lines.append("  \(edge.from) \(arrow)\(label) \(edge.to)")
        }
        for (index, edge) in edges.enumerated() where edge.isFaulty {
            lines.append("  linkStyle \(index) stroke:#c00,stroke-width:2px")
        }
        lines.append("  classDef fault fill:#fdd,stroke:#c00")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Graphviz' language.
    package var dot: String {
        var lines = [
            "digraph netlab {", "  label=\(Self.quoted(title)); labelloc=t; node [shape=box, fontname=monospace];",
        ]
        for box in boxes {
            let text = box.lines.map(Self.escaped).joined(separator: "\\n")
            lines.append("  \(box.id) [label=\"\(text)\"" + (box.isFaulty ? ", color=red, fontcolor=red" : "") + "];")
        }
        for edge in edges {
            var attributes = ["label=\(Self.quoted(edge.label))"]
            if edge.isUndirected { attributes.append("dir=none") }
            if edge.isFaulty { attributes.append("color=red") }
            lines.append("  \(edge.from) -> \(edge.to) [\(attributes.joined(separator: ", "))];")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

    private static func escaped(_ text: String) -> String {
        String(text.flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : $0.isNewline ? [" "] : [$0] })
    }

    /// Text inside XML, and inside Mermaid's quotes, which take the same entities.
    static func entities(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case let other where other.isNewline: result += " "
            default: result.append(character)
            }
        }
    }
}
