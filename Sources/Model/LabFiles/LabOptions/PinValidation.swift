import NetworkModel

/// Holds what `lab.yaml` pins against the cluster, the subnets and each other.
struct PinValidation {
    let options: LabOptions
    let tree: YAMLValue
    let kind: KindConfig
    let cilium: CiliumValues?

    private(set) var problems: [Problem] = []

    init(options: LabOptions, tree: YAMLValue, kind: KindConfig, cilium: CiliumValues?) {
        self.options = options
        self.tree = tree
        self.kind = kind
        self.cilium = cilium
        checkUnderlay()
        checkNodes()
        checkServices()
        checkProxy()
    }

    private mutating func report(
        _ value: YAMLValue, _ field: String, _ message: String, _ expected: String?
    ) {
        problems.append(Problem(at: value.place, field: field, message, expected: expected))
    }

    private mutating func checkUnderlay() {
        guard let section = tree["underlay"] else { return }
        let underlay = options.underlay
        if let subnet = section["subnet"], underlay.subnet.length > 29 {
            report(subnet, "underlay.subnet", "\(underlay.subnet) is too small for a cluster", "a /29 or larger")
        }
        if let gateway = section["gateway"], !isUsable(underlay.gateway, in: underlay.subnet) {
            report(
                gateway, "underlay.gateway", "\(underlay.gateway) is not a host address of \(underlay.subnet)",
                hosts(of: underlay.subnet))
        }
    }

    private mutating func checkNodes() {
        var addresses = Claims(), routers = Claims()
        var blocks: [(IPPrefix, String)] = []
        let names = kind.nodes.map(\.name)
        let known = Set(names)
        for entry in tree["nodes"]?.entries ?? [] {
            let path = "nodes.\(entry.key)"
            guard known.contains(entry.key) else {
                guard problems.count < 100 else { continue }
                let near = Spelling.nearest(to: entry.key, among: names)
                problems.append(
                    Problem(
                        at: entry.keyPlace, field: "nodes",
                        "the cluster has no node \"\(entry.key)\""
                            + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
                        expected: near != nil
                            ? nil : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")))
                continue
            }
            let pins = options.nodes[entry.key] ?? LabOptions.NodePins()
            if let value = entry.value["address"], let address = pins.address {
                checkAddress(address, value, path + ".address")
                addresses.claim(address, path + ".address", value, &problems)
            }
            if let value = entry.value["podCIDR"], let block = pins.podCIDR {
                checkPodCIDR(block, value, path + ".podCIDR")
                if let other = blocks.first(where: { $0.0.overlaps(block) }) {
                    report(value, path + ".podCIDR", "\(block) overlaps \(other.0) of \(other.1)", nil)
                }
                blocks.append((block, path + ".podCIDR"))
            }
            if let value = entry.value["router"], let router = pins.router {
                checkRouter(router, pins.podCIDR, value, path + ".router")
                routers.claim(router, path + ".router", value, &problems)
            }
        }
    }

    private mutating func checkAddress(_ address: IPAddress, _ value: YAMLValue, _ field: String) {
        let underlay = options.underlay
        if !isUsable(address, in: underlay.subnet) {
            report(
                value, field, "\(address) is not a host address of the nodes' subnet \(underlay.subnet)",
                hosts(of: underlay.subnet, from: 2))
        } else if address == underlay.gateway {
            report(value, field, "\(address) is the bridge's own address", "another address of \(underlay.subnet)")
        }
    }

    private mutating func checkPodCIDR(_ block: IPPrefix, _ value: YAMLValue, _ field: String) {
        guard let cilium else { return }
        let pools = cilium.ipamMode == .clusterPool ? cilium.clusterPoolIPv4PodCIDRs : [kind.networking.podSubnet]
        let size = cilium.ipamMode == .clusterPool ? cilium.clusterPoolIPv4MaskSize : 24
        let names = pools.map(\.description).joined(separator: ", ")
        if !pools.contains(where: { $0.contains(block) }) {
            report(value, field, "\(block) does not lie in the pod address pool", "a /\(size) in \(names)")
        } else if block.length != size {
            report(value, field, "\(block) is not of the pool's size", "a /\(size) in \(names)")
        }
        for (other, what) in [
            (kind.networking.serviceSubnet, "the service subnet"), (options.underlay.subnet, "the nodes' subnet"),
        ] where other.overlaps(block) {
            report(value, field, "\(block) overlaps \(what) \(other)", nil)
        }
    }

    private mutating func checkRouter(_ router: IPAddress, _ block: IPPrefix?, _ value: YAMLValue, _ field: String) {
        guard let block else {
            return report(value, field, "a router address without a podCIDR", "podCIDR beside it")
        }
        guard !isUsable(router, in: block) else { return }
        report(value, field, "\(router) is not a host address of the node's pod CIDR \(block)", hosts(of: block))
    }

    private mutating func checkServices() {
        var claims = Claims()
        let subnet = kind.networking.serviceSubnet
        for entry in tree["services"]?.entries ?? [] {
            let field = "services.\(entry.key).clusterIP"
            guard let value = entry.value["clusterIP"], let address = value.text.flatMap({ IPAddress($0) }),
                address.family == .ipv4
            else {
                continue
            }
            if !isUsable(address, in: subnet) {
                report(
                    value, field,
                    "the provided IP (\(address)) is not in the valid range. The range of valid IPs is \(subnet)",
                    hosts(of: subnet, from: 2))
            } else if address == subnet.address(at: 1) {
                report(
                    value, field, "\(address) belongs to the Service default/kubernetes", "another address of \(subnet)"
                )
            }
            claims.claim(address, field, value, &problems)
        }
    }

    private mutating func checkProxy() {
        guard let path = tree["proxy"]?["returnPath"], options.proxy.sourceIP != .preserve else { return }
        report(path, "proxy.returnPath", "a return path without sourceIP: preserve", "sourceIP: preserve beside it")
    }

    private func isUsable(_ address: IPAddress, in subnet: IPPrefix) -> Bool {
        subnet.contains(address) && address != subnet.address(at: 0) && address != subnet.address(at: subnet.count - 1)
    }

    private func hosts(of subnet: IPPrefix, from first: Int = 1) -> String {
        "an address from \(subnet.address(at: first)) to \(subnet.address(at: subnet.count - 2))"
    }
}

/// Who has which address already.
private struct Claims {
    private var owners: [IPAddress: String] = [:]

    mutating func claim(_ address: IPAddress, _ owner: String, _ value: YAMLValue, _ problems: inout [Problem]) {
        if let first = owners[address] {
            problems.append(
                Problem(
                    at: value.place, field: owner, "\(address) is already pinned by \(first)",
                    expected: "an address of its own"))
        } else {
            owners[address] = owner
        }
    }
}
