internal import LabFiles
internal import NetworkModel

extension Examination {
    mutating func add(_ check: PathCheck) {
        for (from, to, namespace) in pairs(check.from, check.to, "path") {
            let back = check.back ?? check.hops.reversed()
            add("path \(from.name) -> \(to.name)", from, to, at: namespace, names(check.hops, from, to))
            guard let far = to.namespace else {
                if check.back != nil { missing("path", "\(to.name) is nowhere to look back from") }
                continue
            }
            // The words are those of the way there: `from` is still the node of the sender.
            add("path \(to.name) -> \(from.name)", to, from, at: far, names(back, from, to))
        }
    }

    private mutating func add(
        _ subject: String, _ from: Spot, _ to: Spot, at namespace: NamespaceName, _ wanted: [String]
    ) {
        let inventory = inventory
        send(Probe(.hops, from: namespace, to: to.address), about: subject) { outcome in
            guard case .hops(let hops, let reached) = outcome else {
                return [Finding(subject, outcome.text, wanted: Self.list(wanted), found: outcome.text, node: from.name)]
            }
            let found = hops.map { hop in hop.map { inventory.owner(of: $0) ?? "\($0)" } ?? "*" }
            if reached, found == wanted { return [] }
            let end = reached ? "" : ", and \(to.name) does not answer"
            return [
                Finding(
                    subject, "\(Self.list(found))\(end); wanted \(Self.list(wanted))", wanted: Self.list(wanted),
                    found: Self.list(found), node: from.name)
            ]
        }
    }

    /// The routers' names; two in a row that are the same node are one hop.
    private func names(_ hops: [PathCheck.Hop], _ from: Spot, _ to: Spot) -> [String] {
        hops.map { hop in
            switch hop {
            case .ownNode: from.node ?? from.name
            case .farNode: to.node ?? to.name
            case .place(let place): "\(place)"
            }
        }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    private static func list(_ hops: [String]) -> String { hops.isEmpty ? "directly" : hops.joined(separator: ", ") }
}
