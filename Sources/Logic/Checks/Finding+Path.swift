internal import LabFiles
package import NetworkModel

extension [Finding] {
    /// The findings with the way of each probe by the routing tables, as they were read just now.
    ///
    /// Only of the first few: a matrix of a hundred pairs breaks at one place.
    package func explained(by network: NetworkState, in inventory: Inventory) -> [Finding] {
        var left = 5
        return map { finding in
            guard let probe = finding.probe, left > 0 else { return finding }
            left -= 1
            var finding = finding
            let there = RouteWalk(to: probe.to, from: probe.from, in: inventory, network)
            finding.path = there.lines
            // The way back is of interest once the way there is not what breaks.
            let spots = inventory.spots(.nodes) + inventory.spots(.pods) + inventory.spots(.host)
            let start = spots.first { $0.namespace == probe.from }
            let end = spots.first { $0.address == probe.to }?.namespace
            if there.arrives, let start, let end {
                let back = RouteWalk(to: start.address, from: end, in: inventory, network)
                if !back.arrives { finding.path = back.lines.map { "back: " + $0 } }
            }
            return finding
        }
    }
}
