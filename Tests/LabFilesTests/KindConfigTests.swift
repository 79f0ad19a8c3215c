import LabFiles
import NetworkModel
import Testing

/// kind's schema, defaults and validation.
@Suite struct KindConfigTests {
    @Test("behaviour 1.1: kind's defaults")
    func defaults() throws {
        let config = try parse(kind: kindHead).kind
        #expect(config.name == "kind")
        #expect(config.nodes == [.init(name: "kind-control-plane", role: .controlPlane)])
        #expect(config.networking.podSubnet == IPPrefix("10.244.0.0/16"))
        #expect(config.networking.serviceSubnet == IPPrefix("10.96.0.0/16"))
        #expect(!config.networking.disableDefaultCNI)
        #expect(config.networking.kubeProxyMode == .iptables)
        #expect(config.externalLoadBalancerName == nil)
    }

    @Test("behaviour 1.4: names follow the cluster's name; the first of a role has no number")
    func names() throws {
        let config = try parse(
            kind: kindHead + "name: lab.a\nnodes: [{role: worker}, {}, {role: worker}, {role: control-plane}]\n"
        ).kind
        #expect(
            config.nodes.map(\.name) == [
                "lab.a-worker", "lab.a-control-plane", "lab.a-worker2", "lab.a-control-plane2",
            ])
    }

    @Test(
        "behaviour 1.1, 1.2: kind's own words, with line and field",
        arguments: [
            ("", "kind.yaml: the file is empty: could not determine kind / apiVersion for config"),
            ("nodes: []\n", "kind.yaml:1: could not determine kind / apiVersion for config"),
            ("kind: Cluster\napiVersion: v9\n", "kind.yaml:2: apiVersion: unknown apiVersion: v9"),
            (
                "kind: Lab\napiVersion: kind.x-k8s.io/v1alpha4\n",
                "kind.yaml:1: kind: unknown kind Lab for apiVersion: kind.x-k8s.io/v1alpha4"
            ),
            (
                kindHead + "name: My_Lab\n",
                "kind.yaml:3: name: 'My_Lab' is not a valid cluster name, cluster names must match `^[a-z0-9.-]+$`"
            ),
            (
                kindHead + "networking: {apiServerPort: 65536}\n",
                "kind.yaml:3: networking.apiServerPort: invalid apiServerPort: invalid port number: 65536"
            ),
            (
                kindHead + "networking: {podSubnet: 10.0.0.0}\n",
                "kind.yaml:3: networking.podSubnet: invalid pod subnet failed to parse cidr value:\"10.0.0.0\" with "
                    + "error: invalid CIDR address: 10.0.0.0"
            ),
            (
                kindHead + "networking: {podSubnet: \"\"}\n",
                "kind.yaml:3: networking.podSubnet: invalid pod subnet failed to parse cidr value:\"\""
            ),
            (
                kindHead + "networking: {serviceSubnet: \"fd00::/112\"}\n",
                "kind.yaml:3: networking.serviceSubnet: invalid service subnet expected IPv4 CIDR for IPv4 family"
            ),
            (
                kindHead + "networking: {podSubnet: \"10.1.0.0/16,fd00::/56\"}\n",
                "kind.yaml:3: networking.podSubnet: invalid pod subnet only one CIDR allowed for single-stack networking"
            ),
            (
                kindHead + "networking: {kubeProxyMode: ebpf}\n",
                "kind.yaml:3: networking.kubeProxyMode: invalid kubeProxyMode: ebpf"
            ),
            (kindHead + "networking: {ipFamily: ipv5}\n", "kind.yaml:3: networking.ipFamily: invalid ipFamily: ipv5"),
            (
                kindHead + "networking: {ipFamily: dual}\n",
                "kind.yaml:3: networking.ipFamily: ipFamily dual is not yet supported"
            ),
            (kindHead + "nodes: [{role: Worker}]\n", "kind.yaml:3: nodes[0].role: \"Worker\" is not a valid node role"),
            (kindHead + "nodes: [{role: worker}]\n", "kind.yaml:3: nodes: must have at least one control-plane node"),
            (
                kindHead + "nodes:\n- extraMounts: [{propagation: Shared}]\n",
                "kind.yaml:4: nodes[0].extraMounts[0].propagation: Unknown MountPropagation: \"Shared\""
            ),
            (kindHead + "nodes: {}\n", "kind.yaml:3: nodes: found a mapping; expected a list"),
            (
                kindHead + "networking: {disableDefaultCNI: \"true\"}\n",
                "kind.yaml:3: networking.disableDefaultCNI: found the text \"true\""
            ),
        ])
    func validation(_ text: String, _ expected: String) {
        let problems = report(kind: text).filter { !$0.contains(": warning: ") }
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test("behaviour 1.2: host bits in a subnet are accepted and cleared")
    func hostBits() throws {
        let config = try parse(kind: kindHead + "networking: {podSubnet: 10.1.2.3/16}\n").kind
        #expect(config.networking.podSubnet == IPPrefix("10.1.0.0/16"))
    }

    @Test("an empty name and an empty node list are the defaults, as in kind")
    func emptyFields() throws {
        let config = try parse(kind: kindHead + "name: \nnodes:\nnetworking:\n").kind
        #expect(config.nodes.map(\.name) == ["kind-control-plane"])
    }

    @Test("behaviour 1.3: a cluster name over 50 characters is warned about; a node name over 63 is refused")
    func longNames() {
        func problems(_ count: Int) -> [String] {
            report(
                kind: kindHead + "name: \(String(repeating: "a", count: count))\n"
                    + "networking: {disableDefaultCNI: true}\n")
        }
        #expect(problems(49).isEmpty)
        #expect(problems(50).count == 1)
        #expect(problems(50).first?.contains("longer than a host name may be") == true)
        #expect(problems(51).count == 2)
        let warning = problems(51).last
        #expect(warning?.contains("kind.yaml:3: warning: name: cluster name") == true)
        #expect(warning?.contains("is probably too long, this might not work properly on some systems") == true)
    }

    @Test("subnets that overlap each other or the nodes' subnet are refused")
    func overlaps() {
        #expect(
            report(kind: kindHead + "networking: {disableDefaultCNI: true, serviceSubnet: 10.244.128.0/20}\n").first?
                .contains("pod subnet 10.244.0.0/16 overlaps service subnet 10.244.128.0/20") == true)
        #expect(
            report(kind: kindHead + "networking: {disableDefaultCNI: true, serviceSubnet: 172.18.4.0/24}\n") == [
                "kind.yaml:3: networking.serviceSubnet: service subnet 172.18.4.0/24 overlaps the nodes' subnet "
                    + "172.18.0.0/16; expected subnets that share no address"
            ])
    }
}
