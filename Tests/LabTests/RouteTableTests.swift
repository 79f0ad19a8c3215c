import NetlabTestSupport
import Testing

/// The tutorial's cluster as iproute2 shows it: an opinion that owes nothing to netlab's code.
@Suite(.enabled(if: KernelTestGate.canRun)) struct RouteTableTests {
    struct Node: CustomTestStringConvertible {
        var name: String
        var address: String
        var podCIDR: String
        var testDescription: String { name }
    }

    /// The addresses `labs/three-node/lab.yaml` pins.
    static let nodes = [
        Node(name: "kind-control-plane", address: "172.18.0.4", podCIDR: "10.0.1.0/24"),
        Node(name: "kind-worker", address: "172.18.0.2", podCIDR: "10.0.0.0/24"),
        Node(name: "kind-worker2", address: "172.18.0.3", podCIDR: "10.0.2.0/24"),
    ]

    /// `ip route` on a node, in the kernel's order: by destination.
    static func mainTable(of node: Node, router: String, directRoutes: Bool = true) -> [String] {
        let own = [
            "\(node.podCIDR) via \(router) dev cilium_host src \(router)", "\(router) dev cilium_host scope link",
        ]
        let byCIDR = nodes.sorted { $0.podCIDR < $1.podCIDR }.flatMap { other in
            if other.name == node.name { return own }
            return directRoutes ? ["\(other.podCIDR) via \(other.address) dev eth0"] : []
        }
        return ["default via 172.18.0.1 dev eth0"] + byCIDR + [
            "172.18.0.0/16 dev eth0 proto kernel scope link src \(node.address)"
        ]
    }

    @Test("behaviour 2.2: ip route on every node is Cilium's table, line for line")
    func mainTablesAreCiliums() throws {
        try withLabUp("three-node") { lab throws in
            for node in Self.nodes {
                #expect(try lab.ip(node.name, "route") == Self.mainTable(of: node, router: lab.router(node.name)))
            }
        }
    }

    @Test("behaviour 2.2: ip rule on every node has Cilium's rules and the delivery table's")
    func rulesAreCiliums() throws {
        try withLabUp("three-node") { lab throws in
            for node in Self.nodes {
                #expect(
                    try lab.ip(node.name, "rule") == [
                        "9:\tfrom all fwmark 0x200/0xf00 lookup 2004", "50:\tfrom all lookup 50",
                        "100:\tfrom all lookup local", "32766:\tfrom all lookup main",
                        "32767:\tfrom all lookup default",
                    ])
            }
        }
    }

    @Test("design 6: the delivery table has a /32 for every pod of the node, and main has none")
    func deliveryTableHasThePods() throws {
        try withLabUp("three-node") { lab throws in
            let pods = try lab.pods
            #expect(Set(pods.map(\.node)) == ["kind-worker", "kind-worker2"])
            for node in ["kind-worker", "kind-worker2"] {
                let own = pods.filter { $0.node == node }.map(\.address)
                let table = try lab.ip(node, "route show table 50").map { $0.split(separator: " ").map(String.init) }
                #expect(table.map { $0[0] } == own)
                #expect(
                    table.allSatisfy { $0[1] == "dev" && $0[2].hasPrefix("lxc") && $0[3...4] == ["scope", "link"] })
            }
        }
    }

    @Test("design 6: a pod has a /32, a link route to the router and a default route through it")
    func podsRouteThroughTheRouter() throws {
        try withLabUp("three-node") { lab throws in
            for pod in try lab.pods {
                let router = try lab.router(pod.node)
                #expect(
                    try lab.ip(pod.place, "route") == [
                        "default via \(router) dev eth0", "\(router) dev eth0 scope link",
                    ])
                #expect(
                    try lab.ip(pod.place, "-4 -o address show dev eth0").first?.contains("\(pod.address)/32") == true)
            }
        }
    }

    @Test("design 6: endpointRoutes puts the pods' routes into main, as Cilium does")
    func endpointRoutesStandInMain() throws {
        try withLabUp("three-node") { lab throws in
            let outcome = try lab.netlab("cni", "install", "--set", "endpointRoutes.enabled=true")
            #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            for pod in try lab.pods {
                #expect(try lab.ip(pod.node, "route").contains { $0.hasPrefix("\(pod.address) dev lxc") })
                #expect(try lab.curl("kind-control-plane", "\(pod.address):8080").hasPrefix("Hello, world!"))
            }
        }
    }

    @Test("netlab routes prints what ip route prints")
    func routesCommandAgreesWithIP() throws {
        try withLabUp("three-node") { lab throws in
            for node in Self.nodes {
                #expect(try lab.netlab("routes", node.name).lines == lab.ip(node.name, "route"))
            }
        }
    }
}

extension LabUp {
    /// The address of a node's `cilium_host`.
    func router(_ node: String) throws -> String {
        let words =
            try ip(node, "-4 -o address show dev cilium_host").first?.split(separator: " ").map(String.init) ?? []
        return words.count > 3 ? String(words[3].prefix { $0 != "/" }) : "none"
    }
}
