package import Checks
package import NetworkModel

extension Trace {
    /// Holds a real packet's fate against what the lookups said, and says where to look when they disagree.
    ///
    /// - Parameters:
    ///   - outcome: of a packet of the same protocol and port.
    ///   - hops: of packets with few hops; nil when none were sent.
    ///   - network: the lab as it was observed.
    package mutating func judge(
        _ outcome: ProbeOutcome, hops: ProbeOutcome?, in inventory: Inventory, _ network: NetworkState
    ) {
        var routers: [String] = []
        if case .hops(let found, _) = hops {
            routers = found.map { address in address.map { inventory.owner(of: $0) ?? "\($0)" } ?? "*" }
        }
        let probe = TraceProbe(outcome, routers: routers)
        self.probe = probe
        disagreements = []
        if case .failed(let text, _) = outcome {
            disagreements = ["no packet could be sent: \(text)"]
            return
        }
        if arrives, !probe.arrived {
            disagreements.append("by the routes the packet arrives and is answered, and it is not: \(probe.outcome)")
            disagreements += suspects(inventory, network)
        } else if !arrives, probe.arrived {
            disagreements.append("by the routes the packet stops, and it was answered: \(probe.outcome)")
        }
        if arrives, probe.arrived, !routers.isEmpty {
            // The first is where it starts, the last whom it is for.
            let expected = there.hops.filter { $0.kind == .router }.dropFirst().dropLast().map(\.place)
            let found = routers.dropLast(routers.last == to ? 1 : 0)
            let fits = expected.count == found.count && zip(expected, found).allSatisfy { $1 == "*" || $0 == $1 }
            if !fits {
                disagreements.append(
                    "by the routes it passes \(Self.list(expected)), and it passed \(Self.list(Array(found)))")
            }
        }
    }

    private static func list(_ names: [String]) -> String { names.isEmpty ? "nobody" : names.joined(separator: ", ") }

    /// What could drop a packet that all lookups let pass.
    private func suspects(_ inventory: Inventory, _ network: NetworkState) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        for hop in there.hops + (back?.hops ?? []) where seen.insert(hop.place).inserted {
            if let neighbour = hop.neighbour, neighbour.hasSuffix("FAILED") || neighbour.hasSuffix("INCOMPLETE") {
                found.append("\(hop.place): the neighbour \(neighbour)")
            }
            guard let name = inventory.namespaces.first(where: { inventory.name(of: $0) == hop.place }),
                let state = network.namespaces[name]
            else { continue }
            for table in state.firewall.keys.sorted() {
                found.append("\(hop.place): the table \(table) of nftables, which is not followed but for masquerading")
            }
        }
        return found.isEmpty ? ["look at the far end itself: a program that does not answer, or netfilter"] : found
    }
}
