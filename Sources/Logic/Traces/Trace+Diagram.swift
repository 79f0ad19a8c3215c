package import Diagrams

extension Trace {
    /// Both directions side by side, hop below hop.
    package var diagram: Diagram {
        var diagram = Diagram(title: "\(from) -> \(to)\(port.map { ":\($0)" } ?? "") \(transport)")
        add(there, "there", column: 0, to: &diagram)
        if let back { add(back, "back", column: 1, to: &diagram) }
        return diagram
    }

    private func add(_ path: TracePath, _ name: String, column: Int, to diagram: inout Diagram) {
        for (row, hop) in path.hops.enumerated() {
            var lines = [hop.kind == .router ? hop.place : "\(hop.place) (\(hop.kind.rawValue))"]
            lines += [hop.route].compactMap { $0 } + hop.notes
            let isLast = row == path.hops.count - 1
            diagram.boxes.append(
                Diagram.Box(
                    id: "\(name)\(row)", lines: lines, column: column, row: row, isFaulty: isLast && path.reason != nil)
            )
            guard row > 0 else { continue }
            let before = path.hops[row - 1]
            diagram.edges.append(
                Diagram.Edge(from: "\(name)\(row - 1)", to: "\(name)\(row)", label: before.output ?? ""))
        }
        guard let reason = path.reason else { return }
        let row = path.hops.count
        diagram.boxes.append(
            Diagram.Box(id: "\(name)\(row)", lines: [reason], column: column, row: row, isFaulty: true))
        if row > 0 {
            diagram.edges.append(
                Diagram.Edge(from: "\(name)\(row - 1)", to: "\(name)\(row)", label: "", isFaulty: true))
        }
    }
}
