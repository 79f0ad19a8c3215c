import NetworkModel

/// Collects what is not as desired; says once per kind what counts as equal.
private struct DifferenceList {
    var differences: [Difference] = []

    mutating func compare<Value: Equatable>(_ attribute: String, _ observed: Value?, _ desired: Value?) {
        if observed == desired { return }
        differences.append(
            Difference(attribute, observed: observed.map { "\($0)" }, desired: desired.map { "\($0)" }))
    }
}

extension Link {
    /// What a change in place has to set. Kinds are compared elsewhere.
    ///
    /// A desired MAC of nil is met by any, and only the settings that are desired are looked at.
    func differences(to desired: Link) -> [Difference] {
        var list = DifferenceList()
        if desired.mac != nil { list.compare("address", mac, desired.mac) }
        list.compare("mtu", mtu, desired.mtu)
        list.compare("master", master, desired.master)
        list.compare("arp", arp ? "on" : "off", desired.arp ? "on" : "off")
        list.compare("alias", alias, desired.alias)
        list.compare("isolated", isIsolated ? "on" : "off", desired.isIsolated ? "on" : "off")
        list.compare("state", isUp ? "up" : "down", desired.isUp ? "up" : "down")
        for setting in desired.settings.keys.sorted() {
            list.compare(setting.rawValue, settings[setting], desired.settings[setting])
        }
        return list.differences
    }
}

extension Route {
    /// What a replacement has to set. A desired route through a gateway without a device is met by the device the
    /// kernel found for it.
    func differences(to desired: Route) -> [Difference] {
        var list = DifferenceList()
        list.compare("type", kind, desired.kind)
        list.compare("gateway", gateway, desired.gateway)
        if desired.link != nil || desired.gateway == nil { list.compare("dev", link, desired.link) }
        list.compare("src", source, desired.source)
        list.compare("scope", scope, desired.scope)
        list.compare("proto", `protocol`, desired.protocol)
        list.compare("mtu", mtu, desired.mtu)
        return list.differences
    }
}

extension Neighbour {
    func differences(to desired: Neighbour) -> [Difference] {
        var list = DifferenceList()
        list.compare("lladdr", mac, desired.mac)
        list.compare("permanent", isPermanent, desired.isPermanent)
        list.compare("extern_learn", isExternallyLearned, desired.isExternallyLearned)
        return list.differences
    }
}

extension FirewallTable {
    /// Names the chains that are not as desired; a table is always replaced as a whole.
    func differences(to desired: FirewallTable) -> [Difference] {
        var list = DifferenceList()
        list.compare("family", family, desired.family)
        let present = Dictionary(chains.map { ($0.name, $0) }) { first, _ in first }
        let wanted = Dictionary(desired.chains.map { ($0.name, $0) }) { first, _ in first }
        for name in Set(present.keys).union(wanted.keys).sorted() where present[name] != wanted[name] {
            list.differences.append(
                Difference(
                    "chain \(name)", observed: present[name].map { $0.summary },
                    desired: wanted[name].map { $0.summary }
                ))
        }
        if list.differences.isEmpty, self != desired {
            list.compare("order of chains", chains.map(\.name), desired.chains.map(\.name))
        }
        return list.differences
    }
}

extension FirewallChain {
    fileprivate var summary: String { rules.count == 1 ? "1 rule" : "\(rules.count) rules" }
}
