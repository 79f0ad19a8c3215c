import NetlabTestSupport
import Testing

/// Labs beside each other, and beside a host that is in the way.
@Suite(.enabled(if: KernelTestGate.canRun)) struct SeveralLabsTests {
    @Test("issue: two labs of one directory stand beside each other, with the same addresses")
    func twoLabsOfOneDirectory() throws {
        try withTwoLabs { first, second throws in
            for lab in [first, second] {
                #expect(try lab.curl("kind-worker", "10.96.37.61:8080").hasPrefix("Hello, world!"))
            }
            #expect(try first.machine.netlab("list").lines == [first.name, second.name].sorted())
            #expect(try first.machine.netlab("down", first.name).exitCode == 0)
            #expect(try second.curl("kind-worker", "10.96.37.61:8080").hasPrefix("Hello, world!"))
            #expect(try second.up("--dry-run").lines == ["nothing to do"])
        }
    }

    @Test(
        "design 2: with several labs up, a command that names none ends with 2 and lists them",
        arguments: [
            "status", "pods", "nodes", "services", "service list", "ps", "network ls", "routes", "logs", "down",
            "exec kind-worker -- true", "cni install",
        ])
    func severalLabsAreListed(_ words: String) throws {
        try withTwoLabs { first, second throws in
            let names = [first.name, second.name].sorted()
            let words = words.split(separator: " ").map(String.init)
            let outcome = try first.machine.run([Repository.netlab] + words)
            #expect(outcome.exitCode == 2 && outcome.output == "", "\(outcome.transcript)")
            #expect(outcome.error.contains("several labs are up: \(names[0]), \(names[1])"), "\(outcome.transcript)")
            // Nothing went down.
            #expect(try first.machine.netlab("list").lines == names)
        }
    }

    @Test("design 2: LAB, -l and NETLAB_LAB each choose the lab")
    func labsCanBeChosen() throws {
        try withTwoLabs { first, second throws in
            for lab in [first, second] {
                let machine = lab.machine
                #expect(try machine.netlab("status", lab.name, "--json").output.contains("\"\(lab.name)\""))
                let line = ["exec", "-l", lab.name, "kind-worker", "--", "readlink", "/proc/self/ns/net"]
                let seen = try machine.run([Repository.netlab] + line).output
                #expect(try seen == lab.inside("kind-worker", "readlink /proc/self/ns/net").output)
                let chosen = try machine.netlab("ps", environment: ["NETLAB_LAB": lab.name])
                #expect(chosen.output.contains("\(lab.name).kind-worker"), "\(chosen.transcript)")
            }
        }
    }

    @Test("design 2: with one lab up, LAB may be left out")
    func oneLabNeedsNoName() throws {
        try withLabUp("three-node") { lab throws in
            for words in [["status"], ["pods"], ["routes", "kind-worker"], ["exec", "kind-worker", "--", "true"]] {
                let outcome = try lab.machine.run([Repository.netlab] + words)
                #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            }
            #expect(try lab.machine.netlab("down").exitCode == 0)
        }
    }

    @Test("down --all takes every lab down")
    func downAll() throws {
        try withTwoLabs { first, _ throws in
            #expect(try first.machine.netlab("down", "--all").exitCode == 0)
            #expect(try first.machine.netlab("list").output == "")
        }
    }

    @Test("issue: a host with 172.18.0.0/16, 10.0.0.0/8 and FORWARD DROP is no matter, and stays as it was")
    func busyHostIsUntouched() throws {
        try Machine.with { machine throws in
            try machine.shell(
                """
                # The host's own multicast reports would move the counters: no IPv6, no snooping, no carrier.
                sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
                ip link add docker0 type bridge mcast_snooping 0; ip link add up0 type veth peer name up1
                ip addr add 172.18.0.1/16 dev docker0; ip addr add 10.1.2.3/8 dev up0
                ip link set docker0 up; ip link set up0 up
                ip route add default via 10.0.0.1; ip rule add pref 50 lookup 77
                ip route add blackhole 10.96.0.0/16 table 77
                nft add table ip filter
                nft 'add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }'
                """)
            let before = try machine.hostNetwork()
            try withLab("three-node", on: machine) { lab throws in
                try lab.up()
                let during = try machine.hostNetwork()
                #expect(during.filter { !before.contains($0) } == [])
                let pods = try lab.pods
                for pod in pods {
                    #expect(try lab.curl("kind-control-plane", "\(pod.address):8080").hasPrefix("Hello, world!"))
                    #expect(try lab.curl(pods[0].place, "\(pod.address):8080").hasPrefix("Hello, world!"))
                }
            }
            let after = try machine.hostNetwork()
            #expect(after.filter { !before.contains($0) } == [])
            #expect(after.count == before.count)
            try machine.shell("ip rule del pref 50; ip route flush table 77; ip link del docker0; ip link del up0")
            try machine.shell("nft flush ruleset")
        }
    }

    private func withTwoLabs(_ body: (LabUp, LabUp) throws -> Void) throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { first throws in
                try withLab("three-node", on: machine) { second throws in
                    try first.up()
                    try second.up()
                    try body(first, second)
                }
            }
        }
    }
}
