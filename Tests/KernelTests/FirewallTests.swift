import Glibc
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// nftables through libnftables: values come back as they went in, and packets are treated as they say.
@Suite(.enabled(if: KernelTestGate.canRun))
struct FirewallTests {
    private func masquerade(_ matches: [FirewallMatch]) -> FirewallTable {
        FirewallTable(
            name: "netlab",
            chains: [
                FirewallChain(
                    name: "postrouting", kind: .nat, hook: .postrouting, priority: 100,
                    rules: [FirewallRule(matches, .masquerade, comment: "bpf.masquerade=true")])
            ])
    }

    static var matches: [[FirewallMatch]] {
        get throws {
            [
                [],
                [.source(try Make.prefix("10.0.0.0/24")), .notDestination(try Make.prefix("10.0.0.0/8"))],
                [.notSource(try Make.prefix("10.0.0.7/32")), .destination(try Make.prefix("10.0.0.7/32"))],
                [.destinationIn([try Make.address("172.18.0.2"), try Make.address("172.18.0.3")])],
                [.outputLink(.eth0), .transport(["icmp", "tcp", "udp"])],
                [.transport(["tcp"])],
            ]
        }
    }

    @Test(arguments: try FirewallTests.matches)
    func tableComesBackAsItWentIn(_ matches: [FirewallMatch]) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let table = masquerade(matches)
            try fixture.network.perform([.setFirewall(name, table)])
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall == ["netlab": table])
            let witness = try Witness.nft(name, "list tables ip").compactMap { $0["table"]?["name"]?.text }
            #expect(witness == ["netlab"])

            try fixture.network.perform([.removeFirewall(name, table)])
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall == [:])
        }
    }

    @Test("a process with more descriptors than select(2) takes has its tables all the same")
    func manyDescriptors() throws {
        ProcessEnvironment.raiseFileLimit()
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            var held: [Int32] = []
            defer { for descriptor in held { close(descriptor) } }
            while held.last ?? 0 < FD_SETSIZE {
                let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                try #require(descriptor >= 0, "errno \(errno)")
                held.append(descriptor)
            }
            let table = masquerade([])
            try fixture.network.perform([.setFirewall(name, table)])
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall == ["netlab": table])
            // The process still has what the thread left behind.
            #expect(held.allSatisfy { fcntl($0, F_GETFD) >= 0 })
        }
    }

    @Test(
        "text in a table is text to nftables, whatever it says: no rule, table or file comes of it",
        arguments: [
            "\" accept; add table ip injected; #", "}; flush ruleset; add table ip injected {",
            "include \"/etc/passwd\"",
            "\"}}]}, {\"add\": {\"table\": {\"family\": \"ip\", \"name\": \"injected\"}}}",
            "$(id) `id` \\ @set * ' \t\u{1b}",
        ])
    func textIsNotSyntax(comment: String) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            var table = masquerade([])
            table.chains[0].rules[0].comment = comment
            // nftables may refuse a comment; it must not take it for anything else.
            _ = try? fixture.network.perform([.setFirewall(name, table)])
            let tables = try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall ?? [:]
            #expect(tables == [:] || tables == ["netlab": table], "\(tables)")
            let witness = try Witness.nft(name, "list tables").compactMap { $0["table"]?["name"]?.text }
            #expect(witness == (tables.isEmpty ? [] : ["netlab"]))
        }
    }

    @Test("lists without order, and of one host, come back in the canonical form")
    func listsComeBackCanonical() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let one = try Make.address("172.18.0.9")
            let two = try Make.address("172.18.0.2")
            let table = FirewallTable(
                name: "netlab",
                chains: [
                    FirewallChain(
                        name: "c", kind: .filter, hook: .forward, priority: 0,
                        rules: [
                            FirewallRule([.destinationIn([one]), .transport(["udp", "tcp"])], .accept),
                            FirewallRule([.destinationIn([one, two])], .drop),
                        ])
                ])
            try fixture.network.perform([.setFirewall(name, table)])
            let observed = try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall["netlab"]
            #expect(observed == table.canonical)
            #expect(observed != table)
        }
    }

    @Test func everyVerdictAndHookComesBack() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let rules = [
                FirewallRule([.inputLink(.eth0)], .accept), FirewallRule([.inputLink(.loopback)], .return),
                FirewallRule([.source(try Make.prefix("10.0.0.0/8"))], .drop),
            ]
            let hooks: [FirewallChain.Hook] = [.prerouting, .input, .forward]
            let chains = hooks.enumerated().map { number, hook in
                FirewallChain(name: hook.rawValue, kind: .filter, hook: hook, priority: -number, rules: rules)
            }
            let table = FirewallTable(name: "filter", chains: chains)
            try fixture.network.perform([.setFirewall(name, table)])
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall == ["filter": table])
        }
    }

    @Test("a rule that marks what a transparent socket awaits comes back as it went in; another mark does not pass")
    func marksComeBack() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let rule = FirewallRule([.reply, .transparentSocket], mark: 0x200, .accept, comment: "answers")
            let chain = FirewallChain(name: "pre", kind: .filter, hook: .prerouting, priority: -150, rules: [rule])
            let table = FirewallTable(name: "back", chains: [chain])
            try fixture.network.perform([.setFirewall(name, table)])
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall == ["back": table])
            _ = try Witness.exec(name, "nft flush chain ip back pre")
            let other = "ct direction reply socket transparent 1 meta mark set 0x201 accept comment answers"
            _ = try Witness.exec(name, "nft add rule ip back pre \(other)")
            let observed = try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall["back"]
            #expect(observed?.chains.first?.rules.first?.mark == 0x201)
            #expect(observed != table)
        }
    }

    @Test func settingATableReplacesTheOneOfItsName() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let new = masquerade([.outputLink(.eth0)])
            try fixture.network.perform([.setFirewall(name, masquerade([])), .setFirewall(name, new)])
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall == ["netlab": new])
        }
    }

    @Test(
        "a rule the model has no words for does not pass for the wanted table",
        arguments: [
            "add rule ip netlab postrouting tcp dport 80 accept",
            "add chain ip netlab postrouting { policy drop \\; }",
            "insert rule ip netlab postrouting counter accept",
        ])
    func foreignRulesShow(_ command: String) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let table = masquerade([.outputLink(.eth0)])
            try fixture.network.perform([.setFirewall(name, table)])
            _ = try Witness.exec(name, "nft \(command)")
            let observed = try fixture.network.observe([name], sysctls: []).namespaces[name]?.firewall["netlab"]
            #expect(observed != nil)
            #expect(observed != table)
        }
    }

    @Test("behaviour 2.10: a masqueraded pod is seen from its node's address outside, and as itself inside")
    func masqueradedPacketHasTheNodesAddress() throws {
        try withLabFixture { fixture in
            let topology = try Topology(fixture, nodeCount: 2, podsPerNode: 1)
            try fixture.network.perform(topology.steps)
            let table = masquerade([
                .source(IPPrefix(Topology.podIP(0, 0), 24)), .notDestination(try Make.prefix("10.0.0.0/8")),
            ])
            try fixture.network.perform([.setFirewall(topology.nodes[0], table)])
            let pod = topology.pods[0][0]
            let outside = try sourceSeen(from: pod, at: topology.fabric, "172.18.0.1")
            #expect(outside == "\(Topology.nodeIP(0))")
            let inside = try sourceSeen(from: pod, at: topology.pods[1][0], "\(Topology.podIP(1, 1))")
            #expect(inside == "\(Topology.podIP(0, 1))")
        }
    }

    /// The source address that a server sees on a connection, by asking a one-shot server there.
    private func sourceSeen(from client: NamespaceName, at server: NamespaceName, _ address: String) throws -> String {
        let listen = "timeout 10 ip netns exec \(server) socat TCP-LISTEN:8080 SYSTEM:'echo $SOCAT_PEERADDR'"
        let connect = "timeout 10 ip netns exec \(client) socat -u TCP:\(address):8080,retry=40,interval=0.1 -"
        let answer = try Witness.shell("\(listen) & \(connect); wait")
        return String(answer.prefix { $0 != "\n" })
    }
}
