import LabFiles
import NetworkModel
import Testing

/// netlab's own lab.yaml.
@Suite struct LabOptionsTests {
    private let head = "apiVersion: netlab/v1alpha1\n"

    @Test("design 3: an absent lab.yaml and one with only its apiVersion are the same")
    func defaults() throws {
        let options = try parse(cilium: goodValues, lab: head).options
        #expect(options == LabOptions())
        #expect(options.underlay.subnet == IPPrefix("172.18.0.0/16"))
        #expect(options.underlay.gateway == IPAddress("172.18.0.1"))
        #expect(options.underlay.mtu == 1500)
        #expect(options.proxy.mode == .random)
        #expect(options.proxy.noEndpoints == .reject)
        #expect(options.proxy.sourceIP == .masquerade)
        #expect(options.proxy.returnPath == .nftables)
    }

    @Test("every field is read")
    func everyField() throws {
        let lab = try parse(
            cilium: goodValues,
            lab: head + """
                kind: Lab
                name: blue
                seed: 0x2a
                underlay: {subnet: 192.168.7.0/24, gateway: 192.168.7.254, mtu: 9000}
                nodes:
                  kind-worker: {address: 192.168.7.9, podCIDR: 10.0.5.0/24, router: 10.0.5.1}
                services:
                  kube-system/dns: {clusterIP: 10.96.0.10}
                proxy: {mode: round-robin, noEndpoints: timeout, sourceIP: preserve, returnPath: port-range}
                """)
        #expect(lab.name == "blue")
        #expect(lab.options.seed == 42)
        #expect(lab.options.underlay.gateway == IPAddress("192.168.7.254"))
        #expect(lab.options.underlay.mtu == 9000)
        #expect(
            lab.options.nodes == [
                "kind-worker": .init(
                    address: IPAddress("192.168.7.9"), podCIDR: IPPrefix("10.0.5.0/24"), router: IPAddress("10.0.5.1"))
            ])
        #expect(lab.options.serviceIPs == [.init(namespace: "kube-system", name: "dns"): IPAddress(10, 96, 0, 10)])
        #expect(lab.options.proxy.mode == .roundRobin)
        #expect(lab.options.proxy.noEndpoints == .timeout)
        #expect(lab.options.proxy.sourceIP == .preserve)
        #expect(lab.options.proxy.returnPath == .portRange)
        #expect(lab.warnings.count == 1)
    }

    @Test(
        "a pin that cannot hold is refused with its line",
        arguments: [
            ("nodes: {kind-worker: {address: 172.18.0.1}}", "172.18.0.1 is the bridge's own address"),
            ("nodes: {kind-worker: {address: 172.18.255.255}}", "is not a host address of the nodes' subnet"),
            ("nodes: {kind-worker: {address: \"fd00::2\"}}", "is an IPv6 address, which is not yet supported"),
            ("nodes: {kind-worker: {podCIDR: 10.0.0.0/25}}", "10.0.0.0/25 is not of the pool's size; expected a /24"),
            ("nodes: {kind-worker: {podCIDR: 10.96.3.0/24}}", "overlaps the service subnet 10.96.0.0/16"),
            ("nodes: {kind-worker: {router: 10.0.0.1}}", "a router address without a podCIDR"),
            (
                "nodes: {kind-worker: {podCIDR: 10.0.0.0/24, router: 10.0.0.255}}",
                "10.0.0.255 is not a host address of the node's pod CIDR 10.0.0.0/24"
            ),
            ("services: {a/b/c: {clusterIP: 10.96.0.9}}", "\"a/b/c\" does not name a Service"),
            ("services: {web: {clusterIP: 10.96.0.1}}", "10.96.0.1 belongs to the Service default/kubernetes"),
            ("underlay: {subnet: 10.0.0.0/16}", "the pod address pool 10.0.0.0/8 overlaps the nodes' subnet"),
            ("underlay: {subnet: 192.168.0.0/30}", "192.168.0.0/30 is too small for a cluster"),
            ("underlay: {gateway: 172.19.0.1}", "172.19.0.1 is not a host address of 172.18.0.0/16"),
            ("underlay: {loss: 1%}", "loss is not yet supported"),
            ("proxy: {sourceIP: node}", "\"node\" is not allowed here; expected masquerade or preserve"),
            (
                "proxy: {sourceIP: preserve, returnPath: iptables}",
                "\"iptables\" is not allowed here; expected nftables or port-range"
            ),
            ("proxy: {returnPath: port-range}", "a return path without sourceIP: preserve"),
            ("proxy: {sourceIP: masquerade, returnPath: nftables}", "a return path without sourceIP: preserve"),
            ("name: Three", "\"Three\" is not a valid lab name"),
            ("seed: -1", "-1 is out of range"),
            ("bgp: {}", "bgp is not yet supported"),
        ])
    func refused(_ text: String, _ message: String) {
        let problems = report(cilium: goodValues, lab: head + text + "\n").filter { !$0.contains(": warning: ") }
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains(message) == true, "\(problems)")
        let isElsewhere = message.hasPrefix("the pod address pool")
        #expect(problems.first?.hasPrefix(isElsewhere ? "cilium.yaml: " : "lab.yaml:2: ") == true, "\(problems)")
    }

    @Test(
        "names a lab may have: one label, no dot, at most 32 characters",
        arguments: [
            ("a", true), ("three-node", true), (String(repeating: "a", count: 32), true), ("0", true), ("", false),
            (String(repeating: "a", count: 33), false), ("a.b", false), ("-a", false), ("a-", false), ("A", false),
            ("a/b", false), ("é", false),
        ])
    func labNames(_ name: String, _ isValid: Bool) {
        #expect(Lab.isValidName(name) == isValid)
    }

    @Test("the name: a flag over lab.yaml over the directory; a bare kind config takes the cluster's")
    func nameOrder() throws {
        let kind = LabFile(path: "x/kind.yaml", text: goodKind)
        let options = LabFile(path: "x/lab.yaml", text: head + "name: from-file\n")
        let plain = LabSource(path: "x", defaultName: "from-directory", kind: kind)
        let named = LabSource(path: "x", defaultName: "from-directory", kind: kind, options: options)
        #expect(try LabFiles.parse(LabSource(kindConfig: kind)).name == "kind")
        #expect(try LabFiles.parse(plain).name == "from-directory")
        #expect(try LabFiles.parse(named).name == "from-file")
        #expect(try LabFiles.parse(named, overrides: .init(name: "from-flag")).name == "from-flag")
        #expect(throws: LabProblems.self) { try LabFiles.parse(named, overrides: .init(name: "no.dots")) }
    }
}
