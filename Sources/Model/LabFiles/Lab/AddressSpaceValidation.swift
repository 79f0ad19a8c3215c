import KubernetesModel
import NetworkModel

/// Whether the lab fits into the addresses its files give it, and whether hosts can have those addresses at all.
///
/// A real cluster finds these out late and says so in some component's log; here they are told before anything is built.
struct AddressSpaceValidation {
    let lab: Lab
    let source: LabSource
    let kindTree: YAMLValue
    let optionsTree: YAMLValue?
    let ciliumTree: YAMLValue?

    /// kube-controller-manager's `--node-cidr-mask-size` for IPv4, which kind leaves alone.
    static let nodeMaskSize = 24

    var problems: [Problem] {
        // A cluster with too many nodes was refused already; its size says nothing about its subnets.
        guard lab.kind.nodes.count <= KindConfig.mostNodes else { return unusable }
        return unusable + underlayProblems + poolProblems + servicePoolProblems + serviceProblems + podSubnetProblems
    }

    private var nodes: Int { lab.kind.nodes.count }

    private var underlayPlace: SourcePlace {
        optionsTree?["underlay"]?["subnet"]?.place ?? SourcePlace(file: source.kind.path)
    }

    private func networkingPlace(_ key: String) -> SourcePlace {
        kindTree["networking"]?[key]?.place ?? SourcePlace(file: source.kind.path)
    }

    private var pools: (key: String, place: SourcePlace, list: [IPPrefix]) {
        let values = ciliumTree?["ipam"]?["operator"]
        let key = values?["clusterPoolIPv4PodCIDRList"] == nil ? "clusterPoolIPv4PodCIDR" : "clusterPoolIPv4PodCIDRList"
        let place = values?.entry(key)?.keyPlace ?? ciliumTree?.place ?? SourcePlace(file: source.path)
        let isUsed = lab.cilium?.ipamMode == .clusterPool
        return (key, place, isUsed ? lab.cilium?.clusterPoolIPv4PodCIDRs ?? [] : [])
    }

    /// Addresses that no interface can have: this network, loopback, multicast and what is reserved above it (RFC 6890).
    private var unusable: [Problem] {
        let reserved = [
            (IPPrefix(IPAddress(0, 0, 0, 0), 8), "\"this network\""),
            (IPPrefix(IPAddress(127, 0, 0, 0), 8), "loopback"),
            (IPPrefix(IPAddress(224, 0, 0, 0), 3), "multicast and reserved addresses"),
        ]
        let networking = lab.kind.networking
        var subnets = [
            (lab.options.underlay.subnet, "underlay.subnet", underlayPlace),
            (networking.podSubnet, "networking.podSubnet", networkingPlace("podSubnet")),
            (networking.serviceSubnet, "networking.serviceSubnet", networkingPlace("serviceSubnet")),
        ]
        subnets += pools.list.map { ($0, "ipam.operator.\(pools.key)", pools.place) }
        return subnets.compactMap { subnet, field, place in
            guard let (block, what) = reserved.first(where: { $0.0.overlaps(subnet) }) else { return nil }
            return Problem(
                at: place, field: field, "\(subnet) holds addresses of \(block), \(what), which no host can have",
                expected: "a network of ordinary addresses such as 10.0.0.0/8")
        }
    }

    private static func count(_ blocks: Int) -> String { blocks == 1 ? "1 block" : "\(blocks) blocks" }

    private var underlayProblems: [Problem] {
        let subnet = lab.options.underlay.subnet
        let room = max(0, subnet.count - 3)
        guard nodes > room, subnet.length <= 29 else { return [] }
        return [
            Problem(
                at: underlayPlace, field: "underlay.subnet",
                "\(subnet) has room for \(room) nodes besides the bridge, and the cluster has \(nodes)",
                expected: "a larger subnet, or fewer nodes")
        ]
    }

    /// Cilium's operator gives out whole blocks; nodes beyond the last one would wait for theirs for ever.
    private var poolProblems: [Problem] {
        guard let cilium = lab.cilium, cilium.ipamMode == .clusterPool else { return [] }
        let size = cilium.clusterPoolIPv4MaskSize
        let blocks = pools.list.filter { $0.length <= size }.reduce(0) { $0 + 1 << (size - $1.length) }
        guard nodes > blocks, pools.list.allSatisfy({ $0.length <= size }) else { return [] }
        let names = pools.list.map(\.description).joined(separator: ", ")
        return [
            Problem(
                at: pools.place, field: "ipam.operator.\(pools.key)",
                "\(names) holds \(Self.count(blocks)) of /\(size), and the cluster has \(nodes) nodes",
                expected: "a larger pool, or a larger clusterPoolIPv4MaskSize")
        ]
    }

    /// The pool may hold the service subnet, as it does in the tutorial, as long as no node gets a block of it.
    private var servicePoolProblems: [Problem] {
        guard let cilium = lab.cilium, cilium.ipamMode == .clusterPool else { return [] }
        let size = cilium.clusterPoolIPv4MaskSize
        let services = lab.kind.networking.serviceSubnet
        var left = nodes
        for pool in pools.list where pool.length <= size && left > 0 {
            let blocks = min(left, 1 << (size - pool.length))
            left -= blocks
            let last = IPPrefix(pool.address(at: (blocks - 1) << (32 - size)), size)
            let isBelow = last.address(at: last.count - 1) < services.address(at: 0)
            let isAbove = services.address(at: services.count - 1) < pool.address(at: 0)
            guard !isBelow, !isAbove else { continue }
            return [
                Problem(
                    at: pools.place, field: "ipam.operator.\(pools.key)",
                    "the first \(Self.count(blocks)) of /\(size) in \(pool), which the nodes get, overlap the service subnet "
                        + "\(services)",
                    expected: "a pool that starts elsewhere, or another networking.serviceSubnet")
            ]
        }
        return []
    }

    /// kube-apiserver's limits for `--service-cluster-ip-range`, and room for the Services of the manifests.
    private var serviceProblems: [Problem] {
        let subnet = lab.kind.networking.serviceSubnet
        func problem(_ message: String, _ expected: String) -> [Problem] {
            [
                Problem(
                    at: networkingPlace("serviceSubnet"), field: "networking.serviceSubnet", message,
                    expected: expected)
            ]
        }
        if subnet.length < 12 {
            return problem(
                "specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12",
                "a network from /12 to /29")
        }
        if subnet.length > 29 {
            return problem(
                "the service cluster IP range must be at least 8 IP addresses", "a network from /12 to /29")
        }
        let services = lab.manifests.count { manifest in
            guard let spec = (manifest.object.object as? Service)?.spec else { return false }
            return spec.clusterIP != "None" && spec.type != "ExternalName"
        }
        guard services + 1 > subnet.count - 2 else { return [] }
        return problem(
            "\(subnet) has \(subnet.count - 2) addresses for default/kubernetes and the \(services) Services of the "
                + "manifests", "a larger network")
    }

    private var podSubnetProblems: [Problem] {
        let subnet = lab.kind.networking.podSubnet
        func problem(_ message: String, _ expected: String) -> [Problem] {
            [Problem(at: networkingPlace("podSubnet"), field: "networking.podSubnet", message, expected: expected)]
        }
        if subnet.length > Self.nodeMaskSize {
            return problem(
                "\(subnet): New CIDR set failed; the node CIDR size is too big: each node gets a /\(Self.nodeMaskSize)",
                "a /\(Self.nodeMaskSize) or larger")
        }
        let blocks = 1 << (Self.nodeMaskSize - subnet.length)
        guard lab.cilium?.ipamMode == .kubernetes, nodes > blocks else { return [] }
        return problem(
            "\(subnet) holds \(Self.count(blocks)) of /\(Self.nodeMaskSize), and the cluster has \(nodes) nodes",
            "a larger network")
    }
}
