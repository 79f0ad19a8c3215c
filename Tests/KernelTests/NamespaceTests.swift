import Glibc
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// Names, identities, marks, processes, and the end of namespaces.
@Suite(.enabled(if: KernelTestGate.canRun))
struct NamespaceTests {
    @Test func staleFileIsNoNamespaceAndIsTakenOver() throws {
        try withLabFixture { fixture in
            let name = try fixture.name("stale")
            let path = NamespaceFile.path(of: name)
            _ = try fixture.addNamespaces("first")  // makes the directory
            close(open(path, O_CREAT | O_WRONLY, 0o644))
            #expect(try fixture.network.observe([name], sysctls: []).isEmpty)
            #expect(try fixture.network.markedNamespaces()[name] == nil)
            try fixture.network.perform([.addNamespace(name, mark: fixture.mark)])
            #expect(try fixture.network.markedNamespaces()[name] == fixture.mark)
        }
    }

    @Test func removingTidiesStaleFilesAndAcceptsAbsence() throws {
        try withLabFixture { fixture in
            let name = try fixture.name("stale")
            _ = try fixture.addNamespaces("first")
            try fixture.network.perform([.removeNamespace(name)])
            close(open(NamespaceFile.path(of: name), O_CREAT | O_WRONLY, 0o644))
            try fixture.network.perform([.removeNamespace(name)])
            #expect(access(NamespaceFile.path(of: name), F_OK) != 0)
        }
    }

    @Test("a namespace made anew under its old name, by somebody else, is seen as the new one")
    func replacedNamespaceIsNoticed() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.mark == fixture.mark)
            _ = try Witness.shell("ip netns del \(name) && ip netns add \(name)")
            #expect(try fixture.network.observe([name], sysctls: []).namespaces[name]?.mark == nil)
        }
    }

    @Test func foreignNamespaceHasNoMark() throws {
        try withLabFixture { fixture in
            let name = try fixture.name("foreign")
            _ = try Witness.shell("ip netns add \(name) && ip -n \(name) link set lo alias 'netlab is not a mark'")
            #expect(try fixture.network.markedNamespaces()[name] == nil)
        }
    }

    @Test func processesAreFoundByNamespace() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            // Ends by itself when the test does not get to end it.
            let text = try Witness.exec(names[0], "sh -c 'sleep 30 >/dev/null 2>&1 & echo $!'")
            let pid = try #require(Int32(text.split(separator: "\n").first ?? ""))
            defer { kill(pid, SIGKILL) }
            #expect(try NamespaceProcesses.find(in: names) == [names[0]: [pid]])
        }
    }

    @Test("when the watch says so, the links of removed namespaces are gone, also from where nobody removed anything")
    func watchSeesTheEnd() throws {
        try withLabFixture { fixture in
            let topology = try Topology(fixture, nodeCount: 3, podsPerNode: 2)
            let witness = try fixture.name("survivor")
            let steps = try topology.nodes.enumerated().map { number, node in
                let pair = try Make.veth(node, "out", witness, "in\(number)", seed: UInt64(number + 77))
                return Step.addVethPair(pair.0, pair.1)
            }
            try fixture.network.perform(topology.steps + [.addNamespace(witness, mark: fixture.mark)] + steps)
            let watch = try RemovalWatch(topology.names)
            try fixture.network.perform(topology.names.map { .removeNamespace($0) })
            #expect(try watch.wait(milliseconds: 20_000).isEmpty)
            #expect(try fixture.network.observe([witness], sysctls: []).namespaces[witness]?.links.isEmpty == true)
        }
    }

    @Test func watchNamesWhatAProcessKeeps() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            let identity = try #require(NamespaceFile.identity(of: names[0]))
            let text = try Witness.exec(names[0], "sh -c 'sleep 30 >/dev/null 2>&1 & echo $!'")
            let pid = try #require(Int32(text.split(separator: "\n").first ?? ""))
            defer { kill(pid, SIGKILL) }
            let watch = try RemovalWatch(names)
            try fixture.network.perform(names.map { .removeNamespace($0) })
            #expect(try watch.wait(milliseconds: 200).contains(names[0]))
            #expect(try NamespaceProcesses.find(in: [identity]) == [identity: [pid]])
            kill(pid, SIGKILL)
            #expect(try watch.wait(milliseconds: 20_000).isEmpty)
        }
    }
}

extension NamespaceTests {
    @Test func fiftyRoundsLeakNothing() throws {
        try withLabFixture { fixture in
            var identities: Set<NamespaceIdentity> = []
            let names = try ["a", "b"].map { try fixture.name($0) }
            let pair = try Make.veth(names[0], "port", names[1], "eth0", seed: 5)
            func round(before removal: () throws -> Void = {}) throws {
                try fixture.network.perform(
                    names.map { .addNamespace($0, mark: fixture.mark) } + [
                        .addVethPair(pair.0, pair.1),
                        .setSysctl(names[0], name: "net.ipv4.ip_forward", from: nil, to: "1"),
                        .setFirewall(names[0], FirewallTable(name: "t", chains: [])),
                    ])
                _ = try fixture.network.observe(names, sysctls: ["net.ipv4.ip_forward"])
                identities.formUnion(names.compactMap { NamespaceFile.identity(of: $0) })
                try removal()
                try fixture.network.perform(names.map { .removeNamespace($0) })
            }
            for _ in 0..<49 { try round() }
            // A socket left open would keep its namespace from ending.
            var watch: RemovalWatch?
            try round { watch = try RemovalWatch(names) }
            #expect(try watch?.wait(milliseconds: 20_000) == [])
            // Other tests run at the same time, and the kernel gives numbers of ended namespaces to new ones: theirs go
            // when those tests end, a leak of this one stays.
            var isClean = false
            for _ in 0..<600 where !isClean {
                isClean =
                    try openNamespaces().isDisjoint(with: identities)
                    && NamespaceProcesses.find(in: identities).isEmpty
                if !isClean { usleep(200_000) }
            }
            #expect(isClean)
        }
    }

    /// The namespaces that this process holds open as files.
    private func openNamespaces() throws -> Set<NamespaceIdentity> {
        let directory = try #require(opendir("/proc/self/fd"))
        defer { closedir(directory) }
        var found: Set<NamespaceIdentity> = []
        while let entry = readdir(directory) {
            let number = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                Int32(String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self))
            }
            if let identity = number.flatMap({ NamespaceFile.identity(of: $0) }) { found.insert(identity) }
        }
        return found
    }

    @Test("a connection that sends its FIN to nobody holds its namespace no longer")
    func connectionsWithoutAProcessAreEnded() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            _ = try Witness.shell(
                """
                ip link add v0 netns \(names[0]) type veth peer name v0 netns \(names[1])
                for n in a b; do ip -n \(fixture.lab).$n link set v0 up; done
                ip -n \(names[0]) addr add 192.0.2.1/24 dev v0; ip -n \(names[1]) addr add 192.0.2.2/24 dev v0
                ip netns exec \(names[1]) timeout 20 bash -c 'exec python3 -c "
                import socket
                s = socket.create_server((\\"192.0.2.2\\", 7))
                a = s.accept()
                a[0].recv(1)"' >/dev/null 2>&1 &
                server=$!
                ip netns exec \(names[0]) timeout 20 bash -c '
                    for i in $(seq 100); do exec 3<>/dev/tcp/192.0.2.2/7 && break; sleep 0.05; done
                    ip link set v0 down; exec 3>&-' 2>/dev/null
                kill $server 2>/dev/null; wait $server; true
                """)
            func connections() throws -> String { try Witness.exec(names[0], "ss -Htna state fin-wait-1") }
            try #require(try connections().contains("192.0.2.2:7"))
            TCPRemains.end(in: names)
            #expect(try connections() == "")
        }
    }
}
