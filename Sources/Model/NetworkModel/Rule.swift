/// A policy-routing rule (`ip rule`) that looks a table up.
package struct Rule: Hashable, Sendable, Codable {
    package var family: IPFamily
    package var priority: UInt32
    package var source: IPPrefix?
    package var destination: IPPrefix?
    package var mark: UInt32?
    /// Meaningful with ``mark`` only.
    package var markMask: UInt32?
    /// Only packets of this protocol; nil for all.
    package var transport: IPProtocol?
    /// Only packets to these ports; the kernel takes 1 to 65534.
    package var destinationPorts: ClosedRange<UInt16>?
    package var table: RouteTable

    package init(
        family: IPFamily = .ipv4, priority: UInt32, from source: IPPrefix? = nil, to destination: IPPrefix? = nil,
        mark: UInt32? = nil, markMask: UInt32? = nil, transport: IPProtocol? = nil,
        destinationPorts: ClosedRange<UInt16>? = nil, table: RouteTable
    ) {
        self.family = family
        self.priority = priority
        self.source = source
        self.destination = destination
        self.mark = mark
        self.markMask = markMask
        self.transport = transport
        self.destinationPorts = destinationPorts
        self.table = table
    }

    /// The rules the kernel makes in every new namespace.
    package static func kernelDefaults(_ family: IPFamily) -> [Rule] {
        let common = [
            Rule(family: family, priority: 0, table: .local),
            Rule(family: family, priority: 32766, table: .main),
        ]
        return family == .ipv4
            ? common + [Rule(family: family, priority: 32767, table: RouteTable(rawValue: 253))] : common
    }
}

extension Rule: Comparable {
    package static func < (left: Rule, right: Rule) -> Bool {
        (left.family, left.priority, left.description) < (right.family, right.priority, right.description)
    }
}

extension Rule: CustomStringConvertible {
    /// The line `ip rule show` prints.
    package var description: String {
        var words = ["\(priority):", "from", source.map(\.hostOrPrefix) ?? "all"]
        if let destination { words += ["to", destination.hostOrPrefix] }
        if let mark {
            let mask = markMask.map { "/0x" + String($0, radix: 16) } ?? ""
            words += ["fwmark", "0x" + String(mark, radix: 16) + mask]
        }
        if let transport { words += ["ipproto", "\(transport)"] }
        if let ports = destinationPorts {
            let isOne = ports.lowerBound == ports.upperBound
            words += ["dport", isOne ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"]
        }
        return (words + ["lookup", "\(table)"]).joined(separator: " ")
    }
}
