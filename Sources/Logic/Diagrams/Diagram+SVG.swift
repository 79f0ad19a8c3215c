extension Diagram {
    private static let character = 7
    private static let lineHeight = 16
    private static let padding = 8
    private static let gap = (column: 90, row: 44)

    /// A picture of its own size: boxes in columns as wide, and rows as high, as their largest needs.
    package var svg: String {
        let columns = (boxes.map(\.column).max() ?? 0) + 1
        let rows = (boxes.map(\.row).max() ?? 0) + 1
        var widths = [Int](repeating: 0, count: columns)
        var heights = [Int](repeating: 0, count: rows)
        for box in boxes {
            widths[box.column] = max(widths[box.column], box.width)
            heights[box.row] = max(heights[box.row], box.height)
        }
        func offset(_ sizes: [Int], _ index: Int, _ gap: Int, _ first: Int) -> Int {
            first + sizes[..<index].reduce(0) { $0 + $1 + gap }
        }
        var frames: [String: (x: Int, y: Int, width: Int, height: Int)] = [:]
        for box in boxes {
            let (width, height) = (widths[box.column], heights[box.row])
            let x = offset(widths, box.column, Self.gap.column, 20) + (width - box.width) / 2
            let y = offset(heights, box.row, Self.gap.row, 44) + (height - box.height) / 2
            frames[box.id] = (x, y, box.width, box.height)
        }
        let width = max(offset(widths, columns, Self.gap.column, 20), title.count * Self.character + 40)
        let height = offset(heights, rows, Self.gap.row, 44)
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "font-family=\"monospace\" font-size=\"12\">",
            "<defs><marker id=\"head\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"3\" orient=\"auto\">"
                + "<path d=\"M0,0 L7,3 L0,6 z\"/></marker></defs>",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            Self.label(title, 20, 24, weight: "bold"),
        ]
        for edge in edges {
            guard let from = frames[edge.from], let to = frames[edge.to] else { continue }
            let start = (x: from.x + from.width / 2, y: from.y + from.height / 2)
            let end = (x: to.x + to.width / 2, y: to.y + to.height / 2)
            let (first, last) = (Self.border(from, towards: end), Self.border(to, towards: start))
            let colour = edge.isFaulty ? "#c00" : "#444"
            let head = edge.isUndirected ? "" : " marker-end=\"url(#head)\""
            lines.append(
                "<line x1=\"\(first.x)\" y1=\"\(first.y)\" x2=\"\(last.x)\" y2=\"\(last.y)\" stroke=\"\(colour)\"\(head)/>"
            )
            if !edge.label.isEmpty {
                lines.append(Self.label(edge.label, (first.x + last.x) / 2 + 6, (first.y + last.y) / 2 + 4, colour))
            }
        }
        for box in boxes {
            guard let frame = frames[box.id] else { continue }
            let (fill, stroke) = box.isFaulty ? ("#fdd", "#c00") : ("#f4f7fb", "#456")
            lines.append(
                "<rect x=\"\(frame.x)\" y=\"\(frame.y)\" width=\"\(frame.width)\" height=\"\(frame.height)\" rx=\"4\" "
                    + "fill=\"\(fill)\" stroke=\"\(stroke)\"/>")
            for (index, line) in box.lines.enumerated() {
                let y = frame.y + Self.padding + Self.lineHeight * index + 11
                lines.append(Self.label(line, frame.x + Self.padding, y, weight: index == 0 ? "bold" : "normal"))
            }
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private static func label(_ text: String, _ x: Int, _ y: Int, _ colour: String = "#000", weight: String = "normal")
        -> String
    {
        "<text x=\"\(x)\" y=\"\(y)\" fill=\"\(colour)\" font-weight=\"\(weight)\">\(entities(text))</text>"
    }

    /// Where a line from the middle of a frame leaves it.
    private static func border(
        _ frame: (x: Int, y: Int, width: Int, height: Int), towards point: (x: Int, y: Int)
    ) -> (x: Int, y: Int) {
        let (x, y) = (frame.x + frame.width / 2, frame.y + frame.height / 2)
        let (dx, dy) = (point.x - x, point.y - y)
        guard dx != 0 || dy != 0 else { return (x, y) }
        let horizontal = dx == 0 ? Double.infinity : Double(frame.width) / 2 / Double(abs(dx))
        let vertical = dy == 0 ? Double.infinity : Double(frame.height) / 2 / Double(abs(dy))
        let part = min(horizontal, vertical)
        return (x + Int(Double(dx) * part), y + Int(Double(dy) * part))
    }
}

extension Diagram.Box {
    fileprivate var width: Int { (lines.map(\.count).max() ?? 0) * 7 + 20 }
    fileprivate var height: Int { lines.count * 16 + 14 }
}
