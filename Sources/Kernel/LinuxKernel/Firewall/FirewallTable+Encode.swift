internal import NetworkModel

extension FirewallTable {
    /// The commands that make the table, in one transaction; in place of one with its name where there is one.
    ///
    /// A deletion makes the kernel wait out an RCU grace period (10 ms), so it is only asked for when it is needed.
    func creation(replacing: Bool) -> NftablesJSON {
        let table: NftablesJSON = ["table": ["family": family.nftables, "name": .text(name)]]
        // With add in front, the deletion succeeds even when the old table has gone meanwhile.
        var commands: [NftablesJSON] = replacing ? [["add": table], ["delete": table]] : []
        commands.append(["add": table])
        for chain in chains {
            commands.append([
                "add": [
                    "chain": [
                        "family": family.nftables, "table": .text(name), "name": .text(chain.name),
                        "type": .text(chain.kind.rawValue), "hook": .text(chain.hook.rawValue),
                        "prio": .integer(chain.priority), "policy": "accept",
                    ]
                ]
            ])
            for rule in chain.rules { commands.append(["add": ["rule": rule.encoded(chain: chain, table: self)]]) }
        }
        return ["nftables": .list(commands)]
    }

    /// The command that takes the table away.
    var removal: NftablesJSON {
        ["nftables": [["delete": ["table": ["family": family.nftables, "name": .text(name)]]]]]
    }
}

extension IPFamily {
    /// nftables' word for the family, in a table and in front of `saddr`.
    var nftables: NftablesJSON { self == .ipv4 ? "ip" : "ip6" }
}

extension FirewallRule {
    fileprivate func encoded(chain: FirewallChain, table: FirewallTable) -> NftablesJSON {
        var fields: [String: NftablesJSON] = [
            "family": table.family.nftables, "table": .text(table.name), "chain": .text(chain.name),
            "expr": .list(matches.map(\.encoded) + marking + [.object([verdict.rawValue: .null])]),
        ]
        fields["comment"] = comment.map { .text($0) }
        return .object(fields)
    }

    private var marking: [NftablesJSON] {
        mark.map { [["mangle": ["key": ["meta": ["key": "mark"]], "value": .integer(Int($0))]]] } ?? []
    }
}

extension FirewallMatch {
    fileprivate var encoded: NftablesJSON {
        switch self {
        case .source(let prefix): Self.match("==", prefix.family, "saddr", prefix.encoded)
        case .notSource(let prefix): Self.match("!=", prefix.family, "saddr", prefix.encoded)
        case .destination(let prefix): Self.match("==", prefix.family, "daddr", prefix.encoded)
        case .notDestination(let prefix): Self.match("!=", prefix.family, "daddr", prefix.encoded)
        case .destinationIn(let hosts):
            Self.match(
                "==", hosts.first?.family ?? .ipv4, "daddr", ["set": .list(hosts.map { .text("\($0)") })])
        case .inputLink(let link): Self.meta("iifname", .text(link.rawValue))
        case .outputLink(let link): Self.meta("oifname", .text(link.rawValue))
        case .transport(let names): Self.meta("l4proto", ["set": .list(names.map { .text($0) })])
        case .transparentSocket:
            ["match": ["op": "==", "left": ["socket": ["key": "transparent"]], "right": .integer(1)]]
        case .reply: ["match": ["op": "==", "left": ["ct": ["key": "direction"]], "right": "reply"]]
        }
    }

    private static func match(
        _ operation: NftablesJSON, _ family: IPFamily, _ field: NftablesJSON, _ value: NftablesJSON
    ) -> NftablesJSON {
        [
            "match": [
                "op": operation, "left": ["payload": ["protocol": family.nftables, "field": field]], "right": value,
            ]
        ]
    }

    private static func meta(_ key: NftablesJSON, _ value: NftablesJSON) -> NftablesJSON {
        ["match": ["op": "==", "left": ["meta": ["key": key]], "right": value]]
    }
}

extension IPPrefix {
    fileprivate var encoded: NftablesJSON {
        isHost ? .text("\(address)") : ["prefix": ["addr": .text("\(address)"), "len": .integer(length)]]
    }
}
