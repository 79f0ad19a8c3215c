import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Synchronization
import Testing

/// The kernel's announcements against changes made by ip(8).
@Suite(.enabled(if: KernelTestGate.canRun))
struct NetworkWatchTests {
    /// What a watch has told so far.
    private final class Log: Sendable {
        private let events = Mutex<[(name: NamespaceName, line: String)]>([])

        func add(_ more: [NetworkEvent]) {
            let lines = more.map { ($0.namespace, "\($0.action == .added ? "+" : "-") \($0.kind) \($0.text)") }
            events.withLock { $0 += lines }
        }

        /// `+ route 10.0.0.0/8 …`, in the order they came.
        func lines(of name: NamespaceName) -> [String] {
            events.withLock { events in events.filter { $0.name == name }.map(\.line) }
        }

        func clear() { events.withLock { $0 = [] } }

        /// Waits for a line, which only a fault keeps from coming.
        func expect(
            _ line: String, of name: NamespaceName, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let deadline = Date().addingTimeInterval(30)
            while lines(of: name).count(where: { $0 == line }) < times {
                if Date() > deadline {
                    Issue.record("no \"\(line)\" in \(lines(of: name).suffix(50))", sourceLocation: sourceLocation)
                    return
                }
                usleep(2_000)
            }
        }
    }

    private func withWatch(
        _ suffixes: [String], _ body: (LabFixture, [NamespaceName], NetworkWatch, Log) throws -> Void
    )
        throws
    {
        try withLabFixture { fixture in
            let names = try suffixes.map { try fixture.addNamespaces($0)[0] }
            let log = Log()
            let watch = try NetworkWatch(knowsNames: true) { log.add($0) }
            defer { watch.close() }
            try watch.follow(Set(names))
            try body(fixture, names, watch, log)
        }
    }

    @Test("every kind of change is told, in the words of ip(8), and its removal too")
    func changes() throws {
        try withWatch(["a"]) { _, names, _, log in
            let name = names[0]
            for (change, line) in [
                (
                    "link add v0 address 02:00:00:00:00:01 type veth peer name v1",
                    "+ link v0 type veth address 02:00:00:00:00:01 mtu 1500 down"
                ),
                ("link set v0 up", "+ link v0 type veth address 02:00:00:00:00:01 mtu 1500 up"),
                ("link set v1 up", "+ link v0 type veth address 02:00:00:00:00:01 mtu 1500 up"),
                ("address add 10.1.0.1/24 dev v0", "+ address 10.1.0.1/24 dev v0"),
                ("route add 10.2.0.0/16 via 10.1.0.7", "+ route 10.2.0.0/16 via 10.1.0.7 dev v0"),
                ("route add blackhole 10.3.0.0/16 table 7", "+ route blackhole 10.3.0.0/16 table 7"),
                ("rule add pref 50 to 10.2.0.0/16 lookup 7", "+ rule 50: from all to 10.2.0.0/16 lookup 7"),
                ("-6 rule add pref 60 lookup 8", "+ rule -6 60: from all lookup 8"),
                (
                    "neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent",
                    "+ neighbour 10.1.0.9 dev v0 lladdr 02:00:00:00:00:09 PERMANENT"
                ),
                ("-6 address add fd00::1/64 dev v0 nodad", "+ address fd00::1/64 dev v0"),
                ("-6 route add fd01::/48 dev v0 metric 5", "+ route fd01::/48 dev v0 metric 5"),
                ("rule del pref 50", "- rule 50: from all to 10.2.0.0/16 lookup 7"),
                ("route del 10.2.0.0/16", "- route 10.2.0.0/16 via 10.1.0.7 dev v0"),
                ("address del 10.1.0.1/24 dev v0", "- address 10.1.0.1/24 dev v0"),
                ("link set v0 name renamed", "+ link renamed type veth address 02:00:00:00:00:01 mtu 1500 up"),
                ("link del renamed", "- link renamed type veth address 02:00:00:00:00:01 mtu 1500 down"),
            ] {
                _ = try Witness.shell("ip -n \(name) \(change)")
                log.expect(line, of: name)
            }
        }
    }

    @Test("settings the kernel announces are told")
    func settings() throws {
        try withWatch(["a"]) { _, names, _, log in
            _ = try Witness.exec(names[0], "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.lo.rp_filter=1")
            log.expect("+ setting net.ipv4.conf.all.forwarding=1", of: names[0])
            log.expect("+ setting net.ipv4.conf.lo.rp_filter=1", of: names[0])
        }
    }

    @Test("each namespace's changes are told as its own, also past a hundred namespaces")
    func manyNamespaces() throws {
        try withWatch((0..<120).map { "n\($0)" }) { _, names, watch, log in
            #expect(watch.followed.count == 120)
            for (number, name) in names.enumerated() {
                _ = try Witness.shell("ip -n \(name) route add blackhole 10.0.\(number).0/24")
            }
            for (number, name) in names.enumerated() {
                log.expect("+ route blackhole 10.0.\(number).0/24", of: name)
                #expect(log.lines(of: name).count { $0.contains("route blackhole") } == 1)
            }
        }
    }

    @Test("a namespace that loses its name is told and let go of, and one that takes the name is followed when asked")
    func comingAndGoing() throws {
        try withWatch(["a", "b"]) { fixture, names, watch, log in
            _ = try Witness.shell("ip netns delete \(names[0])")
            log.expect("- namespace \(names[0])", of: names[0])
            #expect(watch.followed == [names[1]])
            log.clear()
            try fixture.network.perform([.addNamespace(names[0], mark: fixture.mark)])
            #expect(try watch.follow(Set(names)) == [names[0]])
            _ = try Witness.shell("ip -n \(names[0]) route add blackhole 10.9.0.0/16")
            log.expect("+ route blackhole 10.9.0.0/16", of: names[0])
            try watch.follow([])
            #expect(watch.followed == [])
        }
    }

    @Test("namespaces are discovered as they appear")
    func discovery() throws {
        try withLabFixture { fixture in
            let log = Log()
            let prefix = fixture.lab + "."
            let watch = try NetworkWatch(discover: {
                let found = (try? LinuxNetwork().markedNamespaces(prefix: prefix)) ?? [:]
                return Set(found.keys)
            }) { log.add($0) }
            defer { watch.close() }
            let name = try fixture.addNamespaces("late")[0]
            log.expect("+ namespace \(name)", of: name)
            _ = try Witness.shell("ip -n \(name) route add blackhole 10.9.0.0/16")
            log.expect("+ route blackhole 10.9.0.0/16", of: name)
        }
    }

    @Test("what came faster than it was read is told as lost, and what comes afterwards is told again")
    func overrun() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let log = Log()
            let gate = Mutex(())
            let watch = try NetworkWatch { events in gate.withLock { _ in log.add(events) } }
            defer { watch.close() }
            try watch.follow([name])
            // Twenty megabytes of announcements while the reader is held up, and four may wait.
            try gate.withLock { _ in
                _ = try Witness.shell(
                    """
                    for i in $(seq 0 19999); do
                        echo "route add blackhole 10.$((i / 256)).$((i % 256)).0/24"
                    done | ip -n \(name) -batch -
                    """)
            }
            let lost = "+ lost changes came faster than they were read; some are not shown"
            // Once when the overrun is seen, and once more when the kernel drops nothing any more.
            log.expect(lost, of: name, times: 2)
            _ = try Witness.shell("ip -n \(name) route add blackhole 192.168.0.0/16")
            log.expect("+ route blackhole 192.168.0.0/16", of: name)
        }
    }
}
