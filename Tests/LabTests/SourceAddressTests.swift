import Foundation
import NetlabTestSupport
import Testing

/// A whole lab with `sourceIP: preserve`: `netlab/echo` tells whom it sees behind a ClusterIP.
@Suite(.enabled(if: KernelTestGate.canRun)) struct SourceAddressTests {
    @Test(
        "sourceIP preserve: the pods behind a ClusterIP see the client pod's own address, in both forms",
        arguments: ["nftables", "port-range"])
    func podsAreSeen(returnPath: String) throws {
        try withPreserving(returnPath) { lab, echo throws in
            let client = try #require(lab.pods.first { $0.name == "client" })
            let pods = try lab.pods.filter { $0.name.hasPrefix("echo-") }
            #expect(Set(pods.map(\.node)).count == 2, "the echo pods stand on two nodes, one of them the client's")
            var answered: Set<String> = []
            // The backend is drawn: until both have answered.
            for _ in 0..<200 where answered.count < pods.count {
                let lines = try lab.curl("default_client", "\(echo):8080").trimmedLines
                #expect(lines.count == 4)
                answered.insert(lines.first ?? "")
                let peer = try #require(lines.first { $0.hasPrefix("Peer: ") })
                #expect(peer.hasPrefix("Peer: \(client.address):"), "\(lines)")
                let datagram = try lab.inside("default_client", "echo hi | socat -t5 - UDP:\(echo):8080")
                #expect(datagram.lines.first?.contains(" \(client.address):") == true, "\(datagram.transcript)")
            }
            #expect(answered.count == pods.count)
        }
    }

    @Test(
        "sourceIP preserve: a pod that meets itself sees its router, a node is seen as ever",
        arguments: ["nftables", "port-range"])
    func hairpinAndNodes(returnPath: String) throws {
        try withPreserving(returnPath) { lab, echo throws in
            let pod = try #require(lab.pods.first { $0.name.hasPrefix("echo-") })
            let router = try #require(lab.ip(pod.place, "route show default").first?.split(separator: " ")[2])
            var met = false
            for _ in 0..<200 where !met {
                let lines = try lab.curl(pod.place, "\(echo):8080").trimmedLines
                let peer = try #require(lines.first { $0.hasPrefix("Peer: ") })
                met = lines.first == "Hostname: \(pod.name)"
                #expect(peer.hasPrefix("Peer: \(met ? String(router) : pod.address):"), "\(lines)")
            }
            #expect(met, "200 draws of two and never itself")
            let seen = try lab.curl("kind-control-plane", "\(echo):8080").trimmedLines
            let own = try lab.ip("kind-control-plane", "-4 -o addr show eth0").first?.split(separator: " ")[3]
            let address = try #require(own?.split(separator: "/").first)
            #expect(seen.contains { $0.hasPrefix("Peer: \(address):") }, "\(seen)")
        }
    }

    @Test("sourceIP preserve: main stays Cilium's, what is added is in the plan, and what is taken away is noticed")
    func desiredState() throws {
        try withPreserving("nftables") { lab, echo throws in
            let before = try lab.ip("kind-worker", "route")
            #expect(
                try lab.ip("kind-worker", "rule").map { $0.prefix { $0 != ":" } } == [
                    "9", "50", "100", "32766", "32767",
                ])
            let table = try lab.inside("kind-worker", "nft list table ip clusterip_return")
            #expect(table.output.contains("socket transparent 1 meta mark set 0x00000200"), "\(table.transcript)")
            #expect(try lab.inside("kind-worker", "nft delete table ip clusterip_return").exitCode == 0)
            let drift = try lab.json("status")["drift"]?.array ?? []
            #expect(drift.count == 1 && drift[0].text?.contains("clusterip_return") == true, "\(drift)")
            try lab.up()
            #expect(try lab.inside("kind-worker", "nft list table ip clusterip_return").exitCode == 0)
            // Asked for otherwise, it goes, and the routes were never touched.
            let options = "\(lab.files)/lab.yaml"
            let text = try String(contentsOfFile: options, encoding: .utf8)
            let other = text.replacingOccurrences(of: "sourceIP: preserve", with: "sourceIP: masquerade")
                .replacingOccurrences(of: "  returnPath: nftables\n", with: "")
            try other.write(toFile: options, atomically: true, encoding: .utf8)
            try lab.up()
            #expect(try lab.inside("kind-worker", "nft list table ip clusterip_return").exitCode != 0)
            #expect(try lab.ip("kind-worker", "route") == before)
            let client = try #require(lab.pods.first { $0.name == "client" })
            let lines = try lab.curl("default_client", "\(echo):8080").trimmedLines
            #expect(!lines.contains { $0.hasPrefix("Peer: \(client.address):") }, "\(lines)")
        }
    }

    /// `labs/services` with addresses preserved, up, and the ClusterIP of its echo pods.
    private func withPreserving(_ returnPath: String, _ body: (LabUp, String) throws -> Void) throws {
        try LabCopy.with("services") { copy throws in
            let proxy = "proxy:\n  sourceIP: preserve\n  returnPath: \(returnPath)"
            try copy.edit("lab.yaml", "proxy:", proxy)
            try withLabUp(copy.path) { lab throws in
                try body(lab, try #require(lab.clusterIPs()["echo"]))
            }
        }
    }
}
