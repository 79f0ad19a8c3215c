internal import LabFiles
package import NetworkModel

/// The tests of `cilium connectivity test` (cilium-cli 0.12.11, behaviour 5.6) that a lab without network policies can
/// run, with the lab's own pods in place of Cilium's client and echo deployments.
///
/// Cilium runs the scenarios of a test in random order; here they keep the order of its suite.
package struct ConnectivityTest: Hashable, Sendable {
    /// One packet exchange: `no-policies/pod-to-pod/curl-0: default/a (10.0.0.7) -> default/b (10.0.2.7:8080)`.
    package struct Action: Hashable, Sendable {
        package var name: String
        package var source: String
        package var target: String
        package var probe: Probe

        package var description: String { "\(name): \(source) -> \(target)" }
    }

    package struct Scenario: Hashable, Sendable {
        package var name: String
        package var actions: [Action]
        /// Not run: netlab has no such thing, or nobody is there to run it with.
        package var isSkipped: Bool { actions.isEmpty }
    }

    package var name: String
    package var scenarios: [Scenario]
    package var isSkipped: Bool { scenarios.allSatisfy(\.isSkipped) }

    /// A pod's port that serves, as an EndpointSlice has it.
    package struct Endpoint: Hashable, Sendable {
        package var address: IPAddress
        package var port: UInt16
        package init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// The suite in its order.
    ///
    /// - Parameters:
    ///   - endpoints: of each Service by its ClusterIP and TCP port: the pods behind it.
    package static func suite(
        _ inventory: Inventory, endpoints: [Endpoint: [Endpoint]]
    ) -> [ConnectivityTest] {
        let build = Build(inventory: inventory, endpoints: endpoints)
        return names.map { name in
            switch name {
            case "no-policies":
                ConnectivityTest(
                    name: name,
                    scenarios: [
                        build.podToPod(name), build.clientToClient(name), build.podToService(name),
                        Scenario(name: "pod-to-remote-nodeport", actions: []),
                        Scenario(name: "pod-to-local-nodeport", actions: []),
                        Scenario(name: "pod-to-hostport", actions: []), build.podToWorld(name),
                        build.podToHost(name), Scenario(name: "pod-to-external-workload", actions: []),
                        Scenario(name: "pod-to-cidr", actions: []),
                    ])
            case "cluster-entity":
                ConnectivityTest(name: name, scenarios: [build.podToPod(name, onSameNode: true)])
            case "host-entity": ConnectivityTest(name: name, scenarios: [build.podToHost(name)])
            case "hairpin": ConnectivityTest(name: name, scenarios: [build.hairpin(name)])
            // A policy, a proxy of layer 7, DNS or health endpoints, none of which a lab has.
            default: ConnectivityTest(name: name, scenarios: [])
            }
        }
    }

    /// Whether Cilium would take the cluster for one with a single node: no second one takes pods.
    package static func isSingleNode(_ inventory: Inventory) -> Bool {
        inventory.nodes.count == 1 || inventory.nodes.count { !$0.isControlPlane } == 1
    }

    /// Cilium's, and last netlab's own: a pod that reaches itself through its Service.
    private static let names = [
        "no-policies", "allow-all-except-world", "client-ingress", "all-ingress-deny", "all-egress-deny",
        "all-entities-deny", "cluster-entity", "host-entity", "echo-ingress", "client-ingress-icmp", "client-egress",
        "client-egress-expression", "client-egress-to-echo-service-account", "to-entities-world", "to-cidr-1111",
        "echo-ingress-l7", "echo-ingress-l7-named-port", "echo-ingress-from-other-client-deny",
        "client-ingress-from-other-client-icmp-deny", "client-egress-to-echo-deny",
        "client-ingress-to-echo-named-port-deny", "client-egress-to-echo-expression-deny",
        "client-egress-to-echo-service-account-deny", "client-egress-to-cidr-deny",
        "client-egress-to-cidr-deny-default", "health", "client-egress-l7-method", "client-egress-l7",
        "client-egress-l7-named-port", "dns-only", "to-fqdns", "hairpin",
    ]
}

/// Makes the actions of one lab.
private struct Build {
    let inventory: Inventory
    let endpoints: [ConnectivityTest.Endpoint: [ConnectivityTest.Endpoint]]

    typealias Scenario = ConnectivityTest.Scenario
    typealias Action = ConnectivityTest.Action

    /// Pods in the order of their names, each with where it is.
    private var clients: [(pod: Inventory.Pod, at: NamespaceName)] {
        zip(inventory.pods, inventory.spots(.pods)).compactMap { pod, spot in spot.namespace.map { (pod, $0) } }
    }

    private func name(_ pod: Inventory.Pod) -> String { "\(pod.namespace)/\(pod.name)" }

    private func source(_ pod: Inventory.Pod) -> String { "\(name(pod)) (\(pod.address))" }

    /// Numbers the actions, as Cilium does.
    private func scenario(
        _ name: String, _ test: String, _ verb: String, _ pairs: [(from: Inventory.Pod, to: String, probe: Probe)]
    ) -> Scenario {
        Scenario(
            name: name,
            actions: pairs.enumerated().map { index, pair in
                Action(
                    name: "\(test)/\(name)/\(verb)-\(index)", source: source(pair.from), target: pair.to,
                    probe: pair.probe)
            })
    }

    /// Every pod to every port of every other pod that serves.
    func podToPod(_ test: String, onSameNode: Bool = false) -> Scenario {
        let servers = Set(endpoints.values.flatMap(\.self)).sorted { ($0.address, $0.port) < ($1.address, $1.port) }
        let pairs = clients.flatMap { client in
            servers.compactMap { server -> (from: Inventory.Pod, to: String, probe: Probe)? in
                guard let pod = inventory.pods.first(where: { $0.address == server.address }), pod != client.pod,
                    !onSameNode || pod.node == client.pod.node
                else { return nil }
                return (
                    client.pod, "\(name(pod)) (\(server.address):\(server.port))",
                    Probe(.get(port: server.port, path: "/", count: 1), from: client.at, to: server.address)
                )
            }
        }
        return scenario("pod-to-pod", test, "curl", pairs)
    }

    func clientToClient(_ test: String) -> Scenario {
        let pairs = clients.flatMap { client in
            inventory.pods.filter { $0 != client.pod }.map { pod in
                (client.pod, "\(name(pod)) (\(pod.address):0)", Probe(.echo, from: client.at, to: pod.address))
            }
        }
        return scenario("client-to-client", test, "ping", pairs)
    }

    func podToService(_ test: String) -> Scenario {
        scenario("pod-to-service", test, "curl", clients.flatMap { client in services.map { toService(client, $0) } })
    }

    /// A pod to the Services it is itself behind: the answer may be its own.
    func hairpin(_ test: String) -> Scenario {
        let pairs = clients.flatMap { client in
            services.filter { service in
                endpoints[service.frontend]?.contains { $0.address == client.pod.address } == true
            }.map { toService(client, $0) }
        }
        return scenario("pod-to-itself", test, "curl", pairs)
    }

    private var services: [(name: String, frontend: ConnectivityTest.Endpoint)] {
        endpoints.filter { !$0.value.isEmpty }.keys.map { frontend in
            let service = inventory.services.first { $0.clusterIP == frontend.address }
            return (service?.name.description ?? "\(frontend.address)", frontend)
        }.sorted { ($0.name, $0.frontend.port) < ($1.name, $1.frontend.port) }
    }

    private func toService(
        _ client: (pod: Inventory.Pod, at: NamespaceName),
        _ service: (name: String, frontend: ConnectivityTest.Endpoint)
    ) -> (Inventory.Pod, String, Probe) {
        let (address, port) = (service.frontend.address, service.frontend.port)
        return (
            client.pod, "\(service.name) (\(address):\(port))",
            Probe(.get(port: port, path: "/", count: 1), from: client.at, to: address)
        )
    }

    func podToHost(_ test: String) -> Scenario {
        let pairs = clients.flatMap { client in
            inventory.nodes.map { node in
                (client.pod, "\(node.name) (\(node.address):0)", Probe(.echo, from: client.at, to: node.address))
            }
        }
        return scenario("pod-to-host", test, "ping", pairs)
    }

    /// The world of a lab is the bridge's own address: what lies behind every node, and is no part of the cluster.
    func podToWorld(_ test: String) -> Scenario {
        guard let world = inventory.spots(.host).first, let namespace = world.namespace else {
            return Scenario(name: "pod-to-world", actions: [])
        }
        let pairs = clients.map { client in
            (
                client.pod, "world (\(world.address):0)",
                Probe(.seen(at: namespace), from: client.at, to: world.address)
            )
        }
        return scenario("pod-to-world", test, "connect", pairs)
    }
}
