package import NetworkModel

/// How the objects of the model read in a snapshot: as iproute2 and sysctl(8) take and print them.
package enum SnapshotLine {
    /// `eth0: mtu 1500 state UP link/ether 02:42:ac:12:00:02 veth peer host/veth1`; `state` is what was set, not the
    /// carrier.
    package static func link(_ link: Link, lab: String) -> String {
        var words = ["\(link.name):", "mtu", "\(link.mtu)", "state", link.isUp ? "UP" : "DOWN"]
        if !link.arp { words.append("NOARP") }
        if link.kind != .loopback, let mac = link.mac { words += ["link/ether", "\(mac)"] }
        switch link.kind {
        case .loopback: words.append("loopback")
        case .bridge: words.append("bridge")
        case .veth(let peer):
            words += ["veth", "peer", "\(Snapshot.name(of: peer.namespace.rawValue, in: lab))/\(peer.name)"]
        case .other(let kind): words.append(kind.isEmpty ? "other" : kind)
        }
        if let master = link.master { words += ["master", "\(master)"] }
        if link.isIsolated { words += ["isolated", "on"] }
        // The alias of lo is the ownership mark, which holds what is drawn anew at each creation.
        if link.kind != .loopback, let alias = link.alias { words += ["alias", alias] }
        return words.joined(separator: " ")
    }

    /// `inet 172.18.0.2/16 scope global eth0`
    package static func address(_ address: InterfaceAddress) -> String {
        let family = address.prefix.family == .ipv4 ? "inet" : "inet6"
        return "\(family) \(address.prefix) scope \(word(address.scope)) \(address.link)"
    }

    private static func word(_ scope: RouteScope) -> String { scope == .universe ? "global" : "\(scope)" }

    /// `172.18.0.3 dev eth0 lladdr 02:42:ac:12:00:03 extern_learn PERMANENT`; other states come and go.
    package static func neighbour(_ neighbour: Neighbour) -> String {
        "\(neighbour.address) dev \(neighbour.link) lladdr \(neighbour.mac)"
            + (neighbour.isExternallyLearned ? " extern_learn" : "") + (neighbour.isPermanent ? " PERMANENT" : "")
    }

    /// `50: from all lookup 50`, with `inet6` in front for IPv6.
    package static func rule(_ rule: Rule) -> String { (rule.family == .ipv6 ? "inet6 " : "") + "\(rule)" }

    /// One way of a multipath route.
    package struct NextHop: Hashable, Sendable {
        package var gateway: IPAddress?
        package var link: LinkName?
        package var weight: Int

        package init(gateway: IPAddress?, link: LinkName?, weight: Int) {
            self.gateway = gateway
            self.link = link
            self.weight = weight
        }
    }

    /// `10.0.2.0/24 via 172.18.0.3 dev eth0`, with the table behind it unless it is main. `default` is IPv4's.
    package static func route(_ route: Route, hops: [NextHop] = [], extra: [String] = []) -> String {
        var plain = route
        if !hops.isEmpty {
            plain.gateway = nil
            plain.link = nil
        }
        var words = "\(plain)".split(separator: " ").map(String.init)
        if route.destination == .any(.ipv6) { words = words.map { $0 == "default" ? "::/0" : $0 } }
        if route.table != .main { words += ["table", "\(route.table)"] }
        words += extra
        for hop in hops {
            words.append("nexthop")
            if let gateway = hop.gateway { words += ["via", "\(gateway)"] }
            if let link = hop.link { words += ["dev", "\(link)"] }
            words += ["weight", "\(hop.weight)"]
        }
        return words.joined(separator: " ")
    }

    /// `net.ipv4.ip_forward = 1`
    package static func sysctl(_ name: String, _ value: String) -> String { "\(name) = \(value)" }

    /// The settings of a link, sorted.
    package static func settings(_ link: Link) -> [String] {
        let name = String(link.name.rawValue.map { $0 == "." ? "/" : $0 })
        return link.settings.keys.sorted().compactMap { key in
            link.settings[key].map { sysctl("net.ipv4.conf.\(name).\(key.rawValue)", "\($0)") }
        }
    }

    /// A chain and its rules, in their order, as ``nft(listing:)`` has them.
    package static func nft(_ table: FirewallTable) -> [String] {
        let place = "table \(table.family == .ipv4 ? "ip" : "ip6") \(table.name)"
        return [place]
            + table.chains.flatMap { chain in
                let place = "\(place) chain \(chain.name)"
                let head = "type \(chain.kind) hook \(chain.hook) priority \(chain.priority); policy accept;"
                return (["", ": " + head] + chain.rules.map { ": \($0.nft)" }).map { place + $0 }
            }
    }

    /// Every line of `nft list ruleset` with the blocks it stands in: `table ip netlab chain nat: masquerade`.
    package static func nft(listing: String) -> [String] {
        var blocks: [String] = []
        var lines: [String] = []
        var open = ""
        for line in listing.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
            if words.isEmpty { continue }
            if !open.isEmpty || (words.last != "{" && !isBalanced(words) && words != "}") {
                // A long set goes on in the next lines.
                open += (open.isEmpty ? "" : " ") + words
                guard isBalanced(open) else { continue }
                lines.append(blocks.joined(separator: " ") + ": " + open)
                open = ""
            } else if words == "}" {
                _ = blocks.popLast()
            } else if words.last == "{" {
                blocks.append(String(words.dropLast(2)))
                lines.append(blocks.joined(separator: " "))
            } else {
                lines.append(blocks.joined(separator: " ") + ": " + words)
            }
        }
        return lines
    }

    private static func isBalanced(_ text: String) -> Bool {
        text.utf8.reduce(into: 0) { depth, byte in
            if byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "}") { depth -= 1 }
        } == 0
    }
}

extension FirewallRule {
    /// As nft lists it.
    fileprivate var nft: String {
        var words = matches.map { match in
            switch match {
            case .source(let prefix): "ip saddr \(prefix.hostOrPrefix)"
            case .notSource(let prefix): "ip saddr != \(prefix.hostOrPrefix)"
            case .destination(let prefix): "ip daddr \(prefix.hostOrPrefix)"
            case .notDestination(let prefix): "ip daddr != \(prefix.hostOrPrefix)"
            case .destinationIn(let hosts): "ip daddr { \(hosts.map(\.description).joined(separator: ", ")) }"
            case .inputLink(let link): "iifname \"\(link)\""
            case .outputLink(let link): "oifname \"\(link)\""
            case .transport(let names): "meta l4proto { \(names.joined(separator: ", ")) }"
            case .transparentSocket: "socket transparent 1"
            case .reply: "ct direction reply"
            }
        }
        if let mark {
            let digits = String(mark, radix: 16)
            words.append("meta mark set 0x" + String(repeating: "0", count: 8 - digits.count) + digits)
        }
        words.append(verdict.rawValue)
        if let comment { words.append("comment \"\(comment)\"") }
        return words.joined(separator: " ")
    }
}
