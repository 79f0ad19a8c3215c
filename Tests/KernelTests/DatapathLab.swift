import Datapath
import Glibc
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// Three nodes and three pods, compiled by ``Datapath``, planned by ``Plan`` and made by ``LinuxNetwork``.
///
/// Two pods, `a` and `b`, stand on `worker`; `c` on `worker2`; `control` has none.
struct DatapathLab {
    static let control = "control"
    static let worker = "worker"
    static let worker2 = "worker2"
    /// The tutorial's Helm values.
    static func values() throws -> CiliumDatapath {
        CiliumDatapath(
            autoDirectNodeRoutes: true, nativeRoutingCIDR: try Make.prefix("10.0.0.0/8"), masquerade: .bpf)
    }

    let fixture: LabFixture
    private(set) var cluster: ClusterNetwork
    private var desired = NetworkState()

    init(_ fixture: LabFixture, _ cni: CiliumDatapath?, returnPath: ReturnPath? = nil) throws {
        self.fixture = fixture
        cluster = ClusterNetwork(
            lab: fixture.lab, instance: fixture.mark.instance, seed: Seed(1),
            underlay: Underlay(subnet: try Make.prefix("172.18.0.0/16"), gateway: try Make.address("172.18.0.1")),
            serviceCIDR: try Make.prefix("10.96.0.0/16"), nodes: [])
        for (name, node, cidr, router) in [
            (Self.control, "172.18.0.4", "10.0.1.0/24", "10.0.1.72"),
            (Self.worker, "172.18.0.2", "10.0.0.0/24", "10.0.0.201"),
            (Self.worker2, "172.18.0.3", "10.0.2.0/24", "10.0.2.13"),
        ] {
            cluster.nodes.append(
                NodeNetwork(
                    name: name, address: try Make.address(node), podCIDRs: [try Make.prefix(cidr)],
                    router: try Make.address(router)))
        }
        for (name, node, address) in [
            ("a", Self.worker, "10.0.0.42"), ("b", Self.worker, "10.0.0.7"), ("c", Self.worker2, "10.0.2.99"),
        ] {
            cluster.pods.append(
                PodNetwork(
                    namespace: "default", name: name, uid: "uid-\(name)", node: node,
                    address: try Make.address(address)))
        }
        cluster.servesClusterIPs = cni != nil
        cluster.returnPath = returnPath
        try apply(cni)
    }

    /// Changes how answers to a pod's address come back to the proxy.
    @discardableResult
    mutating func apply(returnPath: ReturnPath?) throws -> Plan {
        cluster.returnPath = returnPath
        return try apply(cluster.cni)
    }

    /// Plans from what the kernel holds, performs, and requires that nothing is left to do.
    @discardableResult
    mutating func apply(_ cni: CiliumDatapath?) throws -> Plan {
        cluster.cni = cni
        cluster.servesClusterIPs = cni != nil
        let next = Datapath(cluster).state
        let before = desired
        let plan = Plan.diff(from: try observe(next), to: next, owned: before)
        desired = next
        try fixture.network.perform(plan.steps.map(\.step))
        var left = Plan.diff(from: try observe(next), to: next, owned: next)
        // The far ends of a removed pod's veth go when the kernel takes its namespace down, some time after the name.
        for _ in 0..<1500 where !left.foreign.isEmpty {
            usleep(20_000)
            left = Plan.diff(from: try observe(next), to: next, owned: next)
        }
        #expect(left.steps.isEmpty, "\(left.steps.count) steps left after applying")
        #expect(left.foreign.isEmpty)
        return plan
    }

    private func observe(_ next: NetworkState) throws -> NetworkState {
        let names = Set(next.namespaces.keys).union(desired.namespaces.keys).sorted()
        // The fixture removes only what it was told of.
        for name in names { _ = try fixture.name(String(name.rawValue.dropFirst(fixture.lab.count + 1))) }
        let sysctls = Set(next.namespaces.values.flatMap(\.sysctls.keys))
        return try fixture.network.observe(names, sysctls: sysctls)
    }

    func node(_ name: String) throws -> NamespaceName { try #require(DatapathNames.node(fixture.lab, name)) }
    func pod(_ name: String) throws -> NamespaceName {
        try #require(DatapathNames.pod(fixture.lab, namespace: "default", name: name))
    }
    func fabric() throws -> NamespaceName { try #require(DatapathNames.fabric(fixture.lab)) }

    /// A place in the lab by one word: a pod, a node, or `fabric`.
    func place(_ word: String) throws -> NamespaceName {
        switch word {
        case "fabric": try fabric()
        case Self.control, Self.worker, Self.worker2: try node(word)
        default: try pod(word)
        }
    }

    func lxc(_ pod: String) throws -> LinkName {
        let pod = try #require(cluster.pods.first { $0.name == pod })
        return try #require(DatapathNames.lxc(pod, seed: cluster.seed))
    }

    /// Every interface of the lab with its index: the same before and after means that none was made anew.
    func interfaceIndexes() throws -> [String: Int] {
        var indexes: [String: Int] = [:]
        for name in desired.namespaces.keys {
            for link in try Witness.ip(name, "link show") {
                indexes["\(name) \(link["ifname"]?.text ?? "")"] = link["ifindex"]?.number
            }
        }
        return indexes
    }
}

/// Builds a lab, lets a test use it and removes it.
func withDatapathLab(
    _ cni: CiliumDatapath?, returnPath: ReturnPath? = nil, _ body: (inout DatapathLab) throws -> Void
) throws {
    try withLabFixture { fixture in
        // In its own closure, so that what a failed build left is removed as well.
        var lab = try DatapathLab(fixture, cni, returnPath: returnPath)
        try body(&lab)
    }
}
