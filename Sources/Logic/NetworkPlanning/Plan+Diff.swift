package import NetworkModel

extension Plan {
    /// Compares two states and says how to get from the first to the second.
    ///
    /// Pure and deterministic: the same states give the same plan, whatever the order they were put together in.
    /// Near-linear in the number of objects.
    ///
    /// - Parameters:
    ///   - observed: what a kernel holds, with what it made by itself; it must cover every namespace that is desired
    ///     or owned.
    ///   - desired: what the lab wants. Every namespace carries a mark, every veth end names an end that is desired
    ///     too, and what the kernel makes by itself is left out.
    ///   - owned: what the lab made before. An observed object that is not desired is removed when it is in here, and
    ///     reported as foreign when it is not.
    ///   - prune: removes foreign objects inside the lab's namespaces too. Foreign namespaces are never removed.
    package static func diff(
        from observed: NetworkState, to desired: NetworkState, owned: Ownership, prune: Bool = false
    ) -> Plan {
        var planner = Planner(observed: observed, desired: desired, owned: owned, prune: prune)
        return planner.plan()
    }

    /// The same, with ownership given as the whole state the lab wanted before.
    package static func diff(
        from observed: NetworkState, to desired: NetworkState, owned: NetworkState, prune: Bool = false
    ) -> Plan {
        diff(from: observed, to: desired, owned: Ownership(owned), prune: prune)
    }
}

/// The working of one diff.
///
/// It goes through the kinds of objects in the order in which a kernel needs them. After each kind it carries the
/// planned steps out in memory, so the next kind is compared with what will really be there, including what falls
/// with a removed link and what the kernel makes when an address appears.
///
/// Order of the steps: removed namespaces, new namespaces, sysctls, removals that stand in the way (neighbours,
/// addresses, links), links (bridges before pairs), changed links, sysctls of single links, addresses, routes (those
/// without gateway first), rules, neighbours, firewall; then the removals that can wait: rules, routes, firewall. So
/// a rule or route that moves is there twice for a moment and never missing, which is also how Cilium moves
/// `from all lookup local`.
struct Planner {
    let observed: NetworkState
    let desired: NetworkState
    let owned: Ownership
    let prune: Bool
    /// The observed state with the steps so far carried out.
    var working: NetworkState
    var steps: [PlannedStep] = []
    var foreign: [ForeignObject] = []
    /// Foreign addresses that have to be taken off with a primary of the lab's and are put back.
    var bystanders: [NamespaceName: [InterfaceAddress]] = [:]
    /// Where routes are observed that nobody desires, kernel-made ones included.
    var namespacesWithOtherRoutes: [NamespaceName] = []
    /// The namespaces that are desired and the lab's to change, in order.
    var names: [NamespaceName] = []

    init(observed: NetworkState, desired: NetworkState, owned: Ownership, prune: Bool) {
        self.observed = observed
        self.desired = desired
        self.owned = owned
        self.prune = prune
        working = observed
    }

    mutating func plan() -> Plan {
        planNamespaces()
        planSysctls(ofSingleLinks: false)
        planObstacles()
        planLinks()
        planSysctls(ofSingleLinks: true)
        planAddresses()
        planRoutes()
        planNewRules()
        planNeighbours()
        planFirewall()
        planOldRules()
        planOldRoutes()
        planOldFirewall()
        return Plan(steps: steps, foreign: foreign.sorted())
    }

    /// Plans a step and carries it out on the working state.
    mutating func take(_ step: Step, _ reason: Reason) {
        steps.append(PlannedStep(step, reason))
        working.apply(step)
    }

    /// What is to become of an observed object that nobody desires; nil: leave it and report it.
    func removalReason(isOwned: Bool) -> Reason? {
        isOwned ? .noLongerWanted : prune ? .pruned : nil
    }

    /// The reason to add something: it may have been there when the diff began and fallen with something else.
    func additionReason(wasObserved: Bool) -> Reason { wasObserved ? .putBack : .missing }
}

extension Planner {
    /// Removes namespaces that are the lab's and not desired, and makes those that are missing.
    mutating func planNamespaces() {
        for (name, state) in observed.namespaces.sorted(by: { $0.key < $1.key }) {
            let wanted = desired.namespaces[name]
            if let wanted, wanted.mark != nil, wanted.mark == state.mark { continue }
            if let mark = state.mark, owned.namespaces[name]?.marks.contains(mark) == true {
                let marks = Difference("mark", observed: mark.text, desired: wanted?.mark?.text)
                take(.removeNamespace(name), wanted == nil ? .noLongerWanted : .replaced([marks]))
            } else {
                foreign.append(.namespace(name, mark: state.mark))
            }
        }
        names = desired.namespaces.keys.sorted()
        for name in names where working.namespaces[name] == nil {
            guard let mark = desired.namespaces[name]?.mark else { continue }
            take(.addNamespace(name, mark: mark), additionReason(wasObserved: observed.namespaces[name] != nil))
        }
        names.removeAll { name in
            guard let mark = desired.namespaces[name]?.mark else { return true }
            return working.namespaces[name]?.mark != mark
        }
    }

    /// Sets sysctls that have another value. Those of single links wait until the link is there; the others come
    /// first, because `ip_forward` overwrites the `forwarding` of every link.
    mutating func planSysctls(ofSingleLinks: Bool) {
        for name in names {
            guard let wanted = desired.namespaces[name]?.sysctls else { continue }
            for (key, value) in wanted.sorted(by: { $0.key < $1.key })
            where Self.isOfSingleLink(key) == ofSingleLinks {
                let present = working.namespaces[name]?.sysctls[key]
                if present == value { continue }
                let reason: Reason =
                    present == nil ? .missing : .differs([Difference("value", observed: present, desired: value)])
                take(.setSysctl(name, name: key, from: present, to: value), reason)
            }
        }
    }

    /// `net.ipv4.conf.eth0.rp_filter` is; `net.ipv4.ip_forward` and `net.ipv4.conf.all.rp_filter` are not.
    static func isOfSingleLink(_ sysctl: String) -> Bool {
        let parts = sysctl.split(separator: ".")
        guard parts.count >= 5, parts[0] == "net", parts[2] == "conf" || parts[2] == "neigh" else { return false }
        return parts[3] != "all" && parts[3] != "default"
    }
}
