import NetworkModel

/// What Cilium's agent and operator check across options (behaviour 2.2, 2.9), and what netlab cannot do yet.
struct CiliumValidation {
    let values: CiliumValues
    let tree: YAMLValue
    let underlay: IPPrefix?
    /// Fields already reported, about which nothing more is said.
    let unreadable: Set<String>

    var problems: [Problem] {
        tunnelProblems + nativeRoutingProblems + masqueradeProblems + poolProblems + underlayProblems + familyProblems
    }

    /// Where the key stands, or the innermost mapping of the path that exists; the whole file when none does.
    private func place(_ path: String...) -> SourcePlace {
        var place = SourcePlace(file: tree.place.file)
        var value: YAMLValue? = tree
        for key in path {
            guard let entry = value?.entry(key) else { break }
            place = entry.keyPlace
            value = entry.value
        }
        return place
    }

    private var tunnelProblems: [Problem] {
        guard values.tunnel != .disabled, !unreadable.contains("tunnel") else { return [] }
        let origin = tree["tunnel"] == nil ? " (the chart's default, as tunnel is not set)" : ""
        var problems = [
            Problem(
                at: place("tunnel"), field: "tunnel",
                "the overlay \(values.tunnel.rawValue)\(origin) is not yet supported",
                expected: "tunnel: disabled, with autoDirectNodeRoutes: true and ipv4NativeRoutingCIDR: 10.0.0.0/8")
        ]
        if values.autoDirectNodeRoutes {
            problems.append(
                Problem(
                    at: place("autoDirectNodeRoutes"), field: "autoDirectNodeRoutes",
                    "auto-direct-node-routes cannot be used with tunneling. "
                        + "Packets must be routed through the tunnel device.",
                    expected: "tunnel: disabled"))
        }
        return problems
    }

    /// The agent stops when it would masquerade without knowing what not to; with masquerading off it only warns.
    private var nativeRoutingProblems: [Problem] {
        guard values.ipv4NativeRoutingCIDR == nil, values.tunnel == .disabled,
            !unreadable.contains("ipv4NativeRoutingCIDR"), !unreadable.contains("tunnel")
        else { return [] }
        if values.enableIPv4Masquerade {
            return [
                Problem(
                    at: place("tunnel"), field: "ipv4NativeRoutingCIDR",
                    "native routing cidr must be configured with option --ipv4-native-routing-cidr in combination "
                        + "with --enable-ipv4-masquerade --tunnel=disabled --ipam=\(values.ipamMode.rawValue) "
                        + "--enable-ipv4=true",
                    expected: "ipv4NativeRoutingCIDR: 10.0.0.0/8, or enableIPv4Masquerade: false")
            ]
        }
        guard values.autoDirectNodeRoutes else { return [] }
        return [
            Problem(
                at: place("autoDirectNodeRoutes"), field: "autoDirectNodeRoutes",
                "If auto-direct-node-routes is enabled, then you are recommended to also configure "
                    + "ipv4-native-routing-cidr. If ipv4-native-routing-cidr is not configured, this may lead to pod "
                    + "to pod traffic being masqueraded, which can cause problems with performance, observability "
                    + "and policy", severity: .warning)
        ]
    }

    private var masqueradeProblems: [Problem] {
        guard values.bpfMasquerade, values.enableIPv4Masquerade, values.kubeProxyReplacement == .disabled,
            tree["nodePort"]?["enabled"]?.boolean != true
        else { return [] }
        return [
            Problem(
                at: place("bpf", "masquerade"), field: "bpf.masquerade",
                "BPF masquerade requires NodePort (--enable-node-port=\"true\")",
                expected: "kubeProxyReplacement: strict on a real cluster", severity: .warning)
        ]
    }

    private var poolProblems: [Problem] {
        guard values.ipamMode == .clusterPool else { return [] }
        var problems: [Problem] = []
        let size = values.clusterPoolIPv4MaskSize
        for pool in values.clusterPoolIPv4PodCIDRs {
            let field = "ipam.operator.clusterPoolIPv4MaskSize"
            guard !unreadable.contains(field) else { break }
            let at = place("ipam", "operator", "clusterPoolIPv4MaskSize")
            if size < pool.length {
                problems.append(
                    Problem(
                        at: at, field: field, "a /\(size) for a node does not fit into the pool \(pool)",
                        expected: "\(pool.length) or more"))
            } else if size - pool.length > 16 {
                problems.append(
                    Problem(
                        at: at, field: field, "New CIDR set failed; the node CIDR size is too big",
                        expected: "at most \(min(30, pool.length + 16)) for the pool \(pool)"))
            }
        }
        let pools = values.clusterPoolIPv4PodCIDRs
        for (index, pool) in pools.enumerated() {
            for other in pools[..<index] where other.overlaps(pool) {
                problems.append(
                    Problem(
                        at: place("ipam", "operator", "clusterPoolIPv4PodCIDRList"),
                        field: "ipam.operator.clusterPoolIPv4PodCIDRList[\(index)]", "\(pool) overlaps \(other)"))
            }
        }
        if let mtu = values.mtu, mtu < 576 {
            problems.append(Problem(at: place("MTU"), field: "MTU", "\(mtu) is out of range", expected: "576 or more"))
        }
        return problems
    }

    /// Cilium's documentation: a pool that holds the nodes' own addresses cuts the nodes off (behaviour 2.9).
    private var underlayProblems: [Problem] {
        guard let underlay, values.ipamMode == .clusterPool else { return [] }
        let isList = tree["ipam"]?["operator"]?["clusterPoolIPv4PodCIDRList"] != nil
        let key = isList ? "clusterPoolIPv4PodCIDRList" : "clusterPoolIPv4PodCIDR"
        return values.clusterPoolIPv4PodCIDRs.filter { $0.overlaps(underlay) }.map { pool in
            Problem(
                at: place("ipam", "operator", key), field: "ipam.operator.\(key)",
                "the pod address pool \(pool) overlaps the nodes' subnet \(underlay)",
                expected: "a pool that shares no address with it")
        }
    }

    private var familyProblems: [Problem] {
        var problems: [Problem] = []
        if tree["ipv6"]?["enabled"]?.boolean == true {
            problems.append(
                Problem(
                    at: place("ipv6", "enabled"), field: "ipv6.enabled", "IPv6 is not yet supported",
                    expected: "ipv6.enabled: false"))
        }
        if tree["ipv4"]?["enabled"]?.boolean == false {
            problems.append(
                Problem(
                    at: place("ipv4", "enabled"), field: "ipv4.enabled", "a cluster without IPv4 is not yet supported",
                    expected: "ipv4.enabled: true"))
        }
        return problems
    }
}
