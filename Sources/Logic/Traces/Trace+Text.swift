extension Trace {
    /// For people: a block for each direction, a line for each hop and what it decided below it.
    package var text: String {
        var lines = ["\(from) -> \(to)\(port.map { ":\($0)" } ?? "") \(transport)", ""]
        lines.append("there:")
        lines += there.lines
        if let back {
            lines += ["", "back:"]
            lines += back.lines
        }
        lines.append("")
        if let probe {
            lines.append("a real packet: \(probe.outcome)")
            if probe.arrived, !probe.routers.isEmpty {
                lines.append("it passed: " + probe.routers.joined(separator: ", "))
            }
        }
        lines += disagreements.map { "disagreement: " + $0 }
        if probe != nil, disagreements.isEmpty { lines.append("routes and packet agree") }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension TracePath {
    fileprivate var lines: [String] {
        var lines: [String] = []
        for (number, hop) in hops.enumerated() {
            let input = hop.input.map { " in by \($0)," } ?? ""
            let addresses = "\(hop.source ?? "?") -> \(hop.destination)"
            let head = hop.kind == .router ? hop.place : "\(hop.place) (\(hop.kind.rawValue))"
            lines.append(" \(number + 1). \(head):\(input) \(addresses)")
            func add(_ text: String?) { if let text { lines.append("      " + text) } }
            add(hop.rule.map { "rule \($0)" })
            add(hop.route.map { "route \($0)" + (hop.table == "main" ? "" : " table \(hop.table ?? "")") })
            add(hop.neighbour.map { "neighbour \($0)" })
            if hop.kind == .bridge { add(hop.output.map { "out by \($0)" }) }
            add(hop.mtu.map { "mtu \($0)" })
            for note in hop.notes { add(note) }
        }
        if let reason { lines.append(" stops: \(reason)") }
        if arrives { lines.append(" arrives" + (mtu.map { ", in packets of \($0) bytes at most" } ?? "")) }
        return lines
    }
}
