import Datapath
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// What `ip route`, `ip rule`, `ip neigh` and `ip link` print inside a lab, and how little a change of values changes.
@Suite(.enabled(if: KernelTestGate.canRun))
struct DatapathTableTests {
    private static let connected = "172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2"

    @Test("behaviour 2.2: before Cilium ip route prints two lines on every node, and the nodes reach each other")
    func beforeCNI() throws {
        try withDatapathLab(nil) { lab throws in
            for (node, octet) in [(DatapathLab.control, 4), (DatapathLab.worker, 2), (DatapathLab.worker2, 3)] {
                #expect(
                    try Witness.ipLines(lab.node(node), "route") == [
                        "default via 172.18.0.1 dev eth0",
                        "172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.\(octet)",
                    ])
                #expect(
                    try Witness.ipLines(lab.node(node), "rule") == [
                        "0:\tfrom all lookup local", "32766:\tfrom all lookup main", "32767:\tfrom all lookup default",
                    ])
            }
            #expect(try Probe.ping(lab.node(DatapathLab.worker), "172.18.0.3") == 64)
            #expect(try Probe.ping(lab.node(DatapathLab.worker), "172.18.0.1") == 64)
        }
    }

    @Test("behaviour 2.2: after Cilium ip route prints Cilium's table on every node, line for line")
    func tutorialTable() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            #expect(
                try Witness.ipLines(lab.node(DatapathLab.control), "route") == [
                    "default via 172.18.0.1 dev eth0", "10.0.0.0/24 via 172.18.0.2 dev eth0",
                    "10.0.1.0/24 via 10.0.1.72 dev cilium_host src 10.0.1.72", "10.0.1.72 dev cilium_host scope link",
                    "10.0.2.0/24 via 172.18.0.3 dev eth0",
                    "172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.4",
                ])
            #expect(
                try Witness.ipLines(lab.node(DatapathLab.worker), "route") == [
                    "default via 172.18.0.1 dev eth0",
                    "10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201",
                    "10.0.0.201 dev cilium_host scope link", "10.0.1.0/24 via 172.18.0.4 dev eth0",
                    "10.0.2.0/24 via 172.18.0.3 dev eth0", Self.connected,
                ])
            #expect(
                try Witness.ipLines(lab.node(DatapathLab.worker2), "route") == [
                    "default via 172.18.0.1 dev eth0", "10.0.0.0/24 via 172.18.0.2 dev eth0",
                    "10.0.1.0/24 via 172.18.0.4 dev eth0",
                    "10.0.2.0/24 via 10.0.2.13 dev cilium_host src 10.0.2.13", "10.0.2.13 dev cilium_host scope link",
                    "172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.3",
                ])
            #expect(
                try Witness.ipLines(lab.pod("a"), "route") == [
                    "default via 10.0.0.201 dev eth0", "10.0.0.201 dev eth0 scope link",
                ])
        }
    }

    @Test("behaviour 2.4: ip rule prints Cilium's rules and the delivery rule, and each leads to its table")
    func rules() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            let node = try lab.node(DatapathLab.worker)
            #expect(
                try Witness.ipLines(node, "rule") == [
                    "9:\tfrom all fwmark 0x200/0xf00 lookup 2004", "50:\tfrom all lookup 50",
                    "100:\tfrom all lookup local", "32766:\tfrom all lookup main", "32767:\tfrom all lookup default",
                ])
            #expect(try Witness.ipLines(node, "route show table 2004") == ["local default dev lo scope host"])
            #expect(
                try Witness.ipLines(node, "route show table 50") == [
                    "10.0.0.7 dev \(try lab.lxc("b")) scope link src 10.0.0.201",
                    "10.0.0.42 dev \(try lab.lxc("a")) scope link src 10.0.0.201",
                ])
            #expect(
                try Witness.ipLines(node, "route show table local").contains(
                    "local 10.96.0.0/16 dev lo scope host src 172.18.0.2"))
        }
    }

    @Test("behaviour 2.4 and 2.6: cilium_host is up without ARP, with the settings Cilium gives it; the pod has a /32")
    func devices() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            let node = try lab.node(DatapathLab.worker)
            for name in ["cilium_host", "cilium_net"] {
                let link = try #require(Witness.ip(node, "link show dev \(name)").first)
                let flags = (link["flags"]?.array ?? []).compactMap(\.text)
                #expect(flags.contains("NOARP") && flags.contains("UP"))
                #expect(link["operstate"]?.text == "UP")
                for (setting, value) in [
                    ("forwarding", "1"), ("rp_filter", "0"), ("accept_local", "1"), ("send_redirects", "0"),
                ] {
                    let path = "/proc/sys/net/ipv4/conf/\(name)/\(setting)"
                    #expect(try Witness.exec(node, "cat \(path)") == value + "\n", "\(path)")
                }
            }
            #expect(try Witness.ipLines(node, "-4 -o address show dev cilium_host").count == 1)
            #expect(
                try Witness.ipLines(node, "-4 -o address show dev cilium_host")[0].contains("10.0.0.201/32 scope link"))
            #expect(
                try Witness.ipLines(lab.pod("a"), "-4 -o address show dev eth0")[0].contains(
                    "10.0.0.42/32 scope global"))
            #expect(try Witness.exec(node, "cat /proc/sys/net/ipv4/conf/\(try lab.lxc("a"))/rp_filter") == "0\n")
        }
    }

    @Test("behaviour 2.3: ip neigh shows every remote node as extern_learn")
    func neighbours() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            let lines = try Witness.ipLines(lab.node(DatapathLab.worker), "neigh show dev eth0")
            for (address, mac) in [("172.18.0.3", "02:42:ac:12:00:03"), ("172.18.0.4", "02:42:ac:12:00:04")] {
                #expect(lines.contains { $0.hasPrefix("\(address) lladdr \(mac)") && $0.contains("extern_learn") })
            }
        }
    }

    @Test(
        "behaviour 2.2: without autoDirectNodeRoutes pods reach only their own node's; set true, only routes are added")
    func directRoutesLater() throws {
        var values = try DatapathLab.values()
        values.autoDirectNodeRoutes = false
        try withDatapathLab(values) { lab throws in
            #expect(
                try Witness.ipLines(lab.node(DatapathLab.worker), "route") == [
                    "default via 172.18.0.1 dev eth0",
                    "10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201",
                    "10.0.0.201 dev cilium_host scope link", Self.connected,
                ])
            #expect(try Probe.ping(lab.pod("a"), "10.0.0.7") == 63)
            #expect(try Probe.ping(lab.pod("a"), "10.0.2.99", wait: 1) == nil)
            let indexes = try lab.interfaceIndexes()

            let plan = try lab.apply(DatapathLab.values())
            #expect(plan.steps.count == 6)
            for planned in plan.steps {
                guard case .addRoute(_, let route) = planned.step else {
                    Issue.record("not a missing route: \(planned.step)")
                    continue
                }
                #expect(route.table == .main && route.gateway != nil && route.link == .eth0)
                #expect(planned.reason == .missing)
            }
            #expect(try lab.interfaceIndexes() == indexes)
            #expect(try Probe.ping(lab.pod("a"), "10.0.2.99") == 62)
        }
    }

    @Test("behaviour 2.5: endpoint routes go on and off in place, and the pods stay reachable")
    func endpointRoutesLater() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            let node = try lab.node(DatapathLab.worker)
            let indexes = try lab.interfaceIndexes()
            let before = try Witness.ipLines(node, "route")
            var values = try DatapathLab.values()
            values.endpointRoutes = true
            try lab.apply(values)
            #expect(
                try Witness.ipLines(node, "route") == [
                    "default via 172.18.0.1 dev eth0", "10.0.0.7 dev \(try lab.lxc("b")) proto kernel scope link",
                    "10.0.0.42 dev \(try lab.lxc("a")) proto kernel scope link",
                    "10.0.1.0/24 via 172.18.0.4 dev eth0", "10.0.2.0/24 via 172.18.0.3 dev eth0", Self.connected,
                ])
            #expect(
                try Witness.ipLines(node, "rule") == [
                    "9:\tfrom all fwmark 0x200/0xf00 lookup 2004", "100:\tfrom all lookup local",
                    "32766:\tfrom all lookup main", "32767:\tfrom all lookup default",
                ])
            #expect(try Probe.ping(lab.pod("c"), "10.0.0.42") == 62)
            #expect(try Probe.ping(lab.pod("b"), "10.0.0.42") == 63)

            try lab.apply(DatapathLab.values())
            #expect(try Witness.ipLines(node, "route") == before)
            #expect(try lab.interfaceIndexes() == indexes)
            #expect(try Probe.ping(lab.pod("c"), "10.0.0.42") == 62)
        }
    }

    @Test(
        "behaviour 2.2 and 2.6: installing Cilium on running nodes keeps their interfaces, and taking it off leaves two routes"
    )
    func installLater() throws {
        try withDatapathLab(nil) { lab throws in
            let indexes = try lab.interfaceIndexes()
            try lab.apply(DatapathLab.values())
            #expect(try Probe.ping(lab.pod("a"), "10.0.2.99") == 62)
            let after = try lab.interfaceIndexes()
            for (link, index) in indexes { #expect(after[link] == index, "\(link)") }

            try lab.apply(nil)
            #expect(
                try Witness.ipLines(lab.node(DatapathLab.worker), "route") == [
                    "default via 172.18.0.1 dev eth0", Self.connected,
                ])
            #expect(try lab.interfaceIndexes() == indexes)
        }
    }
}
