import Foundation
import NetworkModel
import Testing

@testable import Snapshots

struct SnapshotFileTests {
    private let snapshot = Snapshot(
        lab: "a",
        namespaces: ["b": NamespaceSnapshot(links: ["lo: mtu 65536 state UP loopback"]), "a": NamespaceSnapshot()])

    private func bytes(_ snapshot: Snapshot) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(snapshot)
    }

    @Test func equalSnapshotsHaveEqualBytesAndComeBackEqual() throws {
        let data = try bytes(snapshot)
        for _ in 0..<20 {
            let again = Snapshot(lab: "a", namespaces: Dictionary(uniqueKeysWithValues: snapshot.namespaces.shuffled()))
            #expect(try bytes(again) == data)
        }
        #expect(try JSONDecoder().decode(Snapshot.self, from: data) == snapshot)
        #expect(String(decoding: data, as: UTF8.self).contains("\"schemaVersion\" : 1"))
    }

    @Test(arguments: [
        ("{}", SnapshotRefusal.notASnapshot), ("[1]", .notASnapshot), ("{\"schemaVersion\":1}", .notASnapshot),
        ("{\"kind\":\"NetlabSnapshot\",\"schemaVersion\":2}", .otherVersion(2)),
        ("{\"kind\":\"NetlabSnapshot\"}", .notASnapshot),
    ])
    func otherDocumentsAreRefusedByWhatTheyAre(text: String, refusal: SnapshotRefusal) {
        #expect(throws: refusal) { try JSONDecoder().decode(Snapshot.self, from: Data(text.utf8)) }
    }
}

struct SnapshotLineTests {
    @Test func routesReadAsIPRouteWithTheirTable() throws {
        let gateway = try #require(IPAddress("172.18.0.3"))
        let prefix = try #require(IPPrefix("10.0.2.0/24"))
        #expect(
            SnapshotLine.route(Route(prefix, via: gateway, dev: .eth0)) == "10.0.2.0/24 via 172.18.0.3 dev eth0")
        #expect(
            SnapshotLine.route(Route(prefix, table: .local, kind: .local, dev: .loopback, scope: .host))
                == "local 10.0.2.0/24 dev lo scope host table local")
        #expect(SnapshotLine.route(Route(.any(.ipv6), dev: .eth0)) == "::/0 dev eth0")
        let hop = SnapshotLine.NextHop(gateway: gateway, link: .eth0, weight: 2)
        #expect(
            SnapshotLine.route(Route(prefix, via: gateway, dev: .eth0), hops: [hop])
                == "10.0.2.0/24 nexthop via 172.18.0.3 dev eth0 weight 2")
    }

    @Test func linesOfNftCarryTheirBlocks() {
        let listing = """
            table ip netlab {
            \tset s {
            \t\ttype ipv4_addr
            \t\telements = { 10.0.0.1,
            \t\t\t     10.0.0.2 }
            \t}

            \tchain post {
            \t\ttype nat hook postrouting priority 100; policy accept;
            \t\tip daddr { 10.0.0.1, 10.0.0.2 } masquerade
            \t}
            }
            """
        #expect(
            SnapshotLine.nft(listing: listing) == [
                "table ip netlab", "table ip netlab set s", "table ip netlab set s: type ipv4_addr",
                "table ip netlab set s: elements = { 10.0.0.1, 10.0.0.2 }", "table ip netlab chain post",
                "table ip netlab chain post: type nat hook postrouting priority 100; policy accept;",
                "table ip netlab chain post: ip daddr { 10.0.0.1, 10.0.0.2 } masquerade",
            ])
    }

    @Test func namespacesAreCalledByWhatFollowsTheLabsName() {
        #expect(Snapshot.name(of: "three-node.kind-worker", in: "three-node") == "kind-worker")
        #expect(Snapshot.name(of: "three-node.kind-worker", in: "three") == "three-node.kind-worker")
    }
}
