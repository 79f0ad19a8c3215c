internal import NetworkModel

extension FirewallTable {
    /// Reads the tables of an IP family out of a listing of the ruleset.
    ///
    /// Only base chains are modelled. What a chain does beyond the model (another expression, a drop policy) is kept
    /// as a rule that no desired state has, so that such a table never passes for the wanted one. Lists of addresses
    /// and of transports are sets to nftables: they come back sorted, and a set of one address as that address.
    static func tables(in listing: NftablesJSON, family: IPFamily = .ipv4) -> [FirewallTable] {
        var tables: [FirewallTable] = []
        for entry in listing["nftables"]?.list ?? [] {
            guard let (kind, object) = entry.only, object["family"] == family.nftables else { continue }
            if kind == "table", let name = object["name"]?.text {
                tables.append(FirewallTable(family: family, name: name, chains: []))
            }
            guard let position = tables.firstIndex(where: { $0.name == object["table"]?.text }) else { continue }
            if kind == "chain", let chain = FirewallChain(object) { tables[position].chains.append(chain) }
            if kind == "rule",
                let chain = tables[position].chains.firstIndex(where: { $0.name == object["chain"]?.text })
            {
                tables[position].chains[chain].rules.append(FirewallRule(object))
            }
        }
        return tables.map { table in
            var table = table
            for position in table.chains.indices { table.chains[position].appendPolicy(of: listing, table.name) }
            return table
        }
    }
}

extension FirewallChain {
    fileprivate init?(_ object: NftablesJSON) {
        guard let name = object["name"]?.text, let kind = object["type"]?.text.flatMap(Kind.init),
            let hook = object["hook"]?.text.flatMap(Hook.init), let priority = object["prio"]?.integer
        else { return nil }
        self.init(name: name, kind: kind, hook: hook, priority: priority, rules: [])
    }

    /// A drop policy acts after the last rule, so it is shown as one more.
    fileprivate mutating func appendPolicy(of listing: NftablesJSON, _ table: String) {
        let drops = listing["nftables"]?.list?.contains { entry in
            guard let chain = entry["chain"] else { return false }
            return chain["table"]?.text == table && chain["name"]?.text == name && chain["policy"] == "drop"
        }
        if drops == true { rules.append(FirewallRule([], .drop, comment: "policy drop")) }
    }
}

extension FirewallRule {
    fileprivate init(_ object: NftablesJSON) {
        let expressions = object["expr"]?.list ?? []
        var matches: [FirewallMatch] = []
        var mark: UInt32?
        var verdict: FirewallVerdict?
        var isModelled = true
        for expression in expressions {
            guard let (name, content) = expression.only else { continue }
            if name == "counter" {
                continue
            } else if let end = FirewallVerdict(rawValue: name), content == .null {
                verdict = end
            } else if name == "match", mark == nil, let match = FirewallMatch(content) {
                matches.append(match)
            } else if name == "mangle", mark == nil, let value = content.newMark {
                mark = value
            } else {
                isModelled = false
            }
        }
        guard isModelled, let verdict else {
            self.init([], .accept, comment: "not modelled: \(expressions.compactMap { $0.only?.name })")
            return
        }
        self.init(matches, mark: mark, verdict, comment: object["comment"]?.text)
    }
}

extension FirewallMatch {
    fileprivate init?(_ content: NftablesJSON) {
        guard let left = content["left"], let right = content["right"], let operation = content["op"]?.text else {
            return nil
        }
        if let key = left["meta"]?["key"]?.text {
            guard operation == "==" else { return nil }
            self.init(metaKey: key, right)
        } else if left["socket"]?["key"] == "transparent" {
            guard operation == "==", right == .integer(1) else { return nil }
            self = .transparentSocket
        } else if left["ct"]?["key"] == "direction", left["ct"]?["dir"] == nil {
            guard operation == "==", right == "reply" else { return nil }
            self = .reply
        } else {
            self.init(field: left["payload"]?["field"]?.text, operation, right)
        }
    }

    private init?(metaKey: String, _ value: NftablesJSON) {
        switch metaKey {
        case "iifname":
            guard let link = value.text.flatMap({ LinkName(rawValue: $0) }) else { return nil }
            self = .inputLink(link)
        case "oifname":
            guard let link = value.text.flatMap({ LinkName(rawValue: $0) }) else { return nil }
            self = .outputLink(link)
        case "l4proto":
            guard let names = value.elements?.map(\.text), !names.contains(nil) else { return nil }
            self = .transport(names.compactMap { $0 }.sorted())
        default: return nil
        }
    }

    private init?(field: String?, _ operation: String, _ value: NftablesJSON) {
        if field == "daddr", operation == "==", let elements = value["set"]?.list, elements.count > 1 {
            let hosts = elements.compactMap { $0.text.flatMap { IPAddress($0) } }
            guard hosts.count == elements.count else { return nil }
            self = .destinationIn(hosts.sorted())
            return
        }
        guard let prefix = (value["set"]?.list?.first ?? value).prefix else { return nil }
        switch (field, operation) {
        case ("saddr", "=="): self = .source(prefix)
        case ("saddr", "!="): self = .notSource(prefix)
        case ("daddr", "=="): self = .destination(prefix)
        case ("daddr", "!="): self = .notDestination(prefix)
        default: return nil
        }
    }
}

extension NftablesJSON {
    /// The number that `meta mark set` gives; nil for any other mangling.
    fileprivate var newMark: UInt32? {
        guard self["key"]?["meta"]?["key"] == "mark" else { return nil }
        return self["value"]?.integer.flatMap { UInt32(exactly: $0) }
    }

    /// A set's elements, or a single value as the only element.
    fileprivate var elements: [NftablesJSON]? { self["set"]?.list ?? (text == nil ? nil : [self]) }

    fileprivate var prefix: IPPrefix? {
        if let host = text.flatMap({ IPAddress($0) }) { return IPPrefix(host: host) }
        guard let address = self["prefix"]?["addr"]?.text.flatMap({ IPAddress($0) }),
            let length = self["prefix"]?["len"]?.integer, (0...address.family.bitWidth).contains(length)
        else { return nil }
        return IPPrefix(address, length)
    }
}
