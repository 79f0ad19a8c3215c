import Checks
import LabFiles
import NetworkModel

/// Two workers with a pod each, a Service before both: small enough to know by heart.
enum Sample {
    static let a = IPAddress(10, 0, 0, 7)
    static let b = IPAddress(10, 0, 2, 7)
    static let clusterIP = IPAddress(10, 96, 37, 61)

    static let inventory = Inventory(
        lab: "lab", gateway: IPAddress(172, 18, 0, 1),
        nodes: [
            Inventory.Node(
                name: "kind-worker", address: IPAddress(172, 18, 0, 2),
                podCIDRs: [IPPrefix(IPAddress(10, 0, 0, 0), 24)], router: IPAddress(10, 0, 0, 140)),
            Inventory.Node(
                name: "kind-worker2", address: IPAddress(172, 18, 0, 3),
                podCIDRs: [IPPrefix(IPAddress(10, 0, 2, 0), 24)], router: IPAddress(10, 0, 2, 99)),
        ],
        pods: [
            Inventory.Pod(name: "a", node: "kind-worker", address: a, labels: ["app": "web"], deployment: "web"),
            Inventory.Pod(name: "b", node: "kind-worker2", address: b, labels: ["app": "web"], deployment: "web"),
        ],
        services: [
            Inventory.Service(
                name: .init(name: "web"), clusterIP: clusterIP,
                ports: [.init(port: 8080), .init(port: 53, transport: .udp)])
        ])

    static func namespace(_ name: String) -> NamespaceName {
        guard let namespace = NamespaceName(rawValue: "lab.\(name)") else { preconditionFailure("no namespace's name") }
        return namespace
    }

    /// Judges a check when every probe went so.
    static func findings(_ subject: Check.Subject, _ outcome: ProbeOutcome) -> [String] {
        findings(subject) { _ in outcome }
    }

    static func findings(_ subject: Check.Subject, _ outcome: (Probe) -> ProbeOutcome) -> [String] {
        let examination = Examination(subject, in: inventory)
        let sight = LabSight(
            outcomes: Dictionary(examination.probes.map { ($0, outcome($0)) }) { first, _ in first },
            forwarding: forwarding)
        return examination.findings(sight).map(\.description)
    }

    static let forwarding = [
        ForwardedPort(service: .init(name: "web"), address: clusterIP, port: 8080, transport: "tcp", active: 2),
        ForwardedPort(service: .init(name: "web"), address: clusterIP, port: 53, transport: "udp", active: 2),
    ]

    /// Judges a check of routes when a node has these.
    static func findings(_ check: RouteCheck, _ routes: [Route]) -> [Finding] {
        let network = NetworkState(namespaces: [namespace("kind-worker"): NamespaceState(routes: routes)])
        return Examination(.routes(check), in: inventory).findings(LabSight(network: network))
    }

    static func response(_ body: String, status: Int = 200) -> HTTPResponse { HTTPResponse(status: status, body: body) }
}
