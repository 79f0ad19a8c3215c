import Checks
import Datapath
import Faults
import LabFiles
import NetworkModel
import NetworkPlanning
import Testing

/// Reading faults, casting them, and undoing them, as values.
struct FaultFileTests {
    private func fault(_ operations: String, line: String = "hints: [a, b, c]") throws -> Fault {
        let text = """
            apiVersion: netlab/v1alpha1
            kind: Fault
            title: t
            source: s
            breaks: b
            shows: "$node is cut off from $other.podBlock"
            finding: f
            \(line)
            repair: r
            reconciled: true
            inject:
            \(operations)
            """
        return try Fault.parse(LabFile(path: "f.yaml", text: text), name: "f")
    }

    private func problems(_ operations: String, line: String = "hints: [a, b, c]") -> [String] {
        do {
            _ = try fault(operations, line: line)
            return []
        } catch let problems as LabProblems {
            return problems.lines
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        "what is wrong in a fault's file is told with its line",
        arguments: [
            (
                "- deleteRoute: {on: node, to: $other.cdr}",
                "f.yaml:12: inject[0].deleteRoute.to: \"$other.cdr\" is no prefix"
            ),
            (
                "- deleteRoute: {on: pod, to: default}",
                "f.yaml:12: inject[0].deleteRoute.on: \"pod\" is not allowed here"
            ),
            ("- stopDaemon: {}\n  deleteRule: {on: node, priority: 1}", "f.yaml:12: inject[0]: these are several"),
            ("- {}", "f.yaml:12: inject[0]: this does nothing"),
            ("- setSysctl: {on: node, name: net.core.somaxconn, value: 1}", "f.yaml:12: inject[0].setSysctl.name"),
            ("- setSysctl: {on: node, name: net.ipv4.../../kernel.x, value: 1}", "f.yaml:12: inject[0].setSysctl.name"),
            ("- addRoute: {on: node, route: 10.0.0.0/8 via}", "f.yaml:12: inject[0].addRoute.route"),
            ("- changeLink: {on: node, link: a/b, up: false}", "f.yaml:12: inject[0].changeLink.link"),
        ])
    func whatIsWrongIsToldWithItsLine(operation: String, start: String) {
        let lines = problems(operation)
        #expect(lines.count == 1 && lines.first?.hasPrefix(start) == true, "\(lines)")
    }

    @Test func hintsAreThree() {
        #expect(problems("- stopDaemon: {}", line: "hints: [a]").first?.contains("hints: 1 hints") == true)
    }

    @Test(arguments: [
        ("$node", "kind-worker"), ("$node.pod/32", "10.0.0.181/32"), ("$other.podBlock", "10.0.2.0/26"),
        ("$other.podName.", "b."), ("$third.address", "172.18.0.4"), ("$host.address", "172.18.0.1"),
    ])
    func variablesAreTheLabs(text: String, value: String) throws {
        #expect(try cast().read(text) == value)
    }

    @Test func theNodeAskedForIsTheNode() throws {
        #expect(try cast(on: "kind-worker2").node.name == "kind-worker2")
        #expect(try cast(on: "kind-worker2").other?.name == "kind-worker")
        #expect(throws: FaultRefusal.self) { _ = try cast(on: "nobody") }
    }

    @Test func whoIsNotThereIsNamed() throws {
        var alone = inventory
        alone.nodes.removeAll { $0.name != "kind-worker" }
        let cast = try FaultCast(in: alone, network)
        #expect(cast.other == nil)
        do {
            _ = try cast.read("$other.cidr")
            Issue.record("there is no other")
        } catch {
            #expect("\(error)" == "it takes a second node with a pod (other.cidr)")
        }
    }

    @Test(arguments: [
        "- deleteRoute: {on: node, to: $other.cidr}", "- replaceRoute: {on: node, route: blackhole $other.cidr}",
        "- addRoute: {on: node, route: $other.podBlock via $host.address dev eth0}",
        "- setSysctl: {on: node, name: net.ipv4.ip_forward, value: 0}",
        "- changeLink: {on: node, link: eth0, mtu: 1400}", "- deleteRule: {on: node, priority: 50}",
        "- addAddress: {on: node, address: $other.pod, link: cilium_host}",
        "- setNeighbour: {on: node, address: $other.address, link: eth0, lladdr: '02:00:00:00:00:01'}",
        "- deleteFirewall: {on: node, table: t}", "- deleteFirewall: {on: node, table: t, comment: c}",
    ])
    func whatIsInjectedIsUndone(operations: String) throws {
        let fault = try fault(operations)
        let injection = try FaultInjection(fault, try cast(), on: network)
        #expect(!injection.steps.isEmpty)
        var broken = network
        for step in injection.steps { broken.apply(step) }
        #expect(broken != network)
        let record = NetworkChange(before: network, after: broken)
        var now = broken
        var rounds = 0
        while case let steps = record.undo(now), !steps.isEmpty, rounds < 5 {
            for step in steps { now.apply(step) }
            rounds += 1
        }
        #expect(now == network)
    }

    @Test func whatSomebodyElseDidMeanwhileStays() throws {
        let fault = try fault("- replaceRoute: {on: node, route: blackhole $other.cidr}")
        var broken = network
        for step in try FaultInjection(fault, try cast(), on: network).steps { broken.apply(step) }
        let record = NetworkChange(before: network, after: broken)
        // Repaired by hand, and a route of one's own beside it.
        var now = network
        let own = Route(IPPrefix(IPAddress(192, 0, 2, 0), 24), kind: .blackhole)
        let worker = try #require(DatapathNames.node("l", "kind-worker"))
        now.apply(.addRoute(worker, own))
        #expect(record.undo(now) == [])
        now = broken
        now.apply(.addRoute(worker, own))
        for step in record.undo(now) { now.apply(step) }
        #expect(now.namespaces[worker]?.routes[own.key] == own)
    }

    @Test func whatIsNotThereCannotBeBroken() throws {
        for operation in [
            "- deleteRoute: {on: node, to: 192.0.2.0/24}", "- deleteRule: {on: node, priority: 77}",
            "- changeLink: {on: node, link: eth0, mtu: 1500}", "- deleteFirewall: {on: node, table: t, comment: x}",
        ] {
            let fault = try fault(operation)
            let cast = try cast()
            #expect(throws: FaultRefusal.self) { _ = try FaultInjection(fault, cast, on: network) }
        }
    }

    // MARK: A lab

    private func cast(on node: String? = nil) throws -> FaultCast { try FaultCast(in: inventory, network, on: node) }

    private var inventory: Inventory {
        func node(_ name: String, _ last: UInt8, _ block: UInt8, isControlPlane: Bool = false) -> Inventory.Node {
            Inventory.Node(
                name: name, address: IPAddress(172, 18, 0, last), podCIDRs: [IPPrefix(IPAddress(10, 0, block, 0), 24)],
                router: IPAddress(10, 0, block, 98), isControlPlane: isControlPlane)
        }
        return Inventory(
            lab: "l", gateway: IPAddress(172, 18, 0, 1),
            nodes: [
                node("kind-control-plane", 4, 1, isControlPlane: true), node("kind-worker", 2, 0),
                node("kind-worker2", 3, 2),
            ],
            pods: [
                Inventory.Pod(name: "a", node: "kind-worker", address: IPAddress(10, 0, 0, 181)),
                Inventory.Pod(name: "b", node: "kind-worker2", address: IPAddress(10, 0, 2, 3)),
            ])
    }

    private var network: NetworkState {
        guard let worker = DatapathNames.node("l", "kind-worker"), let host = DatapathNames.ciliumHost else {
            return NetworkState()
        }
        var state = NamespaceState(
            links: [Link(name: .eth0, kind: .bridge), Link(name: host, kind: .bridge)],
            routes: [
                Route(IPPrefix(IPAddress(10, 0, 2, 0), 24), via: IPAddress(172, 18, 0, 3), dev: .eth0)
            ],
            sysctls: ["net.ipv4.ip_forward": "1"])
        state.rules.insert(Rule(priority: 50, table: RouteTable(rawValue: 50)))
        let rule = FirewallRule([.outputLink(.eth0)], .masquerade, comment: "c")
        let chain = FirewallChain(name: "c", kind: .nat, hook: .postrouting, priority: 100, rules: [rule])
        state.firewall["t"] = FirewallTable(name: "t", chains: [chain])
        return NetworkState(namespaces: [worker: state])
    }
}
