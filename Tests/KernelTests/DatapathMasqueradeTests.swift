import Datapath
import NetlabTestSupport
import NetworkModel
import Testing

/// Behaviour 2.10, case by case: the source address the far end of a real packet saw.
@Suite(.enabled(if: KernelTestGate.canRun))
struct DatapathMasqueradeTests {
    /// One packet and what the far end must see.
    struct Case: Sendable, CustomTestStringConvertible {
        var rule: String
        var from: String
        var far: String
        var address: String
        var transport = Probe.Transport.tcp
        /// The address the sender binds; empty: the kernel's choice.
        var bind = ""
        var seen: String
        var testDescription: String { "\(rule): \(transport) from \(from) to \(address) is seen as \(seen)" }
    }

    private func check(_ item: Case, _ values: CiliumDatapath) throws {
        try withDatapathLab(values) { lab throws in
            // 10.77.0.1 stands for a host beyond the cluster that the native routing CIDR covers.
            try Witness.shell("ip -n \(lab.fabric()) address add 10.77.0.1/32 dev kind").isEmpty.require()
            let seen = try Probe.sourceSeen(
                by: lab.place(item.far), from: lab.place(item.from), to: item.address, item.transport, bind: item.bind)
            #expect(seen == item.seen)
        }
    }

    @Test(
        "behaviour 2.10: BPF masquerading, as the far end sees it",
        arguments: [
            Case(rule: "pod to outside", from: "a", far: "fabric", address: "172.18.0.1", seen: "172.18.0.2"),
            Case(
                rule: "pod to outside", from: "a", far: "fabric", address: "172.18.0.1", transport: .udp,
                seen: "172.18.0.2"),
            Case(
                rule: "pod to outside", from: "a", far: "fabric", address: "172.18.0.1", transport: .icmp,
                seen: "172.18.0.2"),
            Case(
                rule: "not TCP, UDP or ICMP", from: "a", far: "fabric", address: "172.18.0.1", transport: .other,
                seen: "10.0.0.42"),
            Case(rule: "remote node", from: "a", far: "worker2", address: "172.18.0.3", seen: "10.0.0.42"),
            Case(
                rule: "remote node", from: "a", far: "control", address: "172.18.0.4", transport: .icmp,
                seen: "10.0.0.42"),
            Case(rule: "native routing CIDR", from: "a", far: "fabric", address: "10.77.0.1", seen: "10.0.0.42"),
            Case(rule: "the host", from: "worker", far: "fabric", address: "172.18.0.1", seen: "172.18.0.2"),
            Case(
                rule: "the host as router", from: "worker", far: "fabric", address: "172.18.0.1", bind: "10.0.0.201",
                seen: "10.0.0.201"),
        ])
    func bpf(item: Case) throws {
        try check(item, DatapathLab.values())
    }

    @Test(
        "behaviour 2.10: iptables masquerading, where it differs from BPF",
        arguments: [
            Case(
                rule: "any protocol", from: "a", far: "fabric", address: "172.18.0.1", transport: .other,
                seen: "172.18.0.2"),
            Case(
                rule: "the router is in the CIDR", from: "worker", far: "fabric", address: "172.18.0.1",
                bind: "10.0.0.201", seen: "172.18.0.2"),
            Case(rule: "remote node", from: "a", far: "worker2", address: "172.18.0.3", seen: "10.0.0.42"),
            Case(rule: "native routing CIDR", from: "a", far: "fabric", address: "10.77.0.1", seen: "10.0.0.42"),
        ])
    func iptables(item: Case) throws {
        var values = try DatapathLab.values()
        values.masquerade = .iptables
        try check(item, values)
    }

    @Test(
        "behaviour 2.10: without a native routing CIDR a pod on another node sees the node, one on the same node the pod",
        arguments: [
            Case(rule: "another node", from: "a", far: "c", address: "10.0.2.99", seen: "172.18.0.2"),
            Case(rule: "same node", from: "a", far: "b", address: "10.0.0.7", seen: "10.0.0.42"),
        ])
    func withoutNativeCIDR(item: Case) throws {
        var values = try DatapathLab.values()
        values.nativeRoutingCIDR = nil
        try check(item, values)
    }

    @Test(
        "behaviour 2.10: with masquerading off a pod is seen outside with its own address",
        arguments: Probe.Transport.allCases)
    func disabled(transport: Probe.Transport) throws {
        var values = try DatapathLab.values()
        values.masquerade = .disabled
        try check(
            Case(
                rule: "off", from: "a", far: "fabric", address: "172.18.0.1", transport: transport, seen: "10.0.0.42"),
            values)
    }

    @Test("behaviour 2.10: the answer to a masqueraded packet finds its pod")
    func answersReturn() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            #expect(try Probe.ping(lab.pod("a"), "172.18.0.1") == 63)
            #expect(try Probe.ping(lab.pod("c"), "172.18.0.1") == 63)
        }
    }
}

extension Bool {
    fileprivate func require() throws { try #require(self) }
}
