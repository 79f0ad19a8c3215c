import Foundation
import NetlabTestSupport
import Testing

/// `netlab snapshot` and `netlab diff` on whole labs.
@Suite(.enabled(if: KernelTestGate.canRun)) struct SnapshotCommandTests {
    /// A directory for files of the test, gone afterwards.
    private func withDirectory<Value>(_ body: (String) throws -> Value) throws -> Value {
        let path = NSTemporaryDirectory() + "/netlab-snapshot-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

    @Test("issue 4: the same lab has the same bytes after every up", arguments: ["three-node", "services"])
    func sameLabHasTheSameBytes(_ files: String) throws {
        try withDirectory { directory in
            try Machine.with { machine in
                for number in 0..<2 {
                    // The name is part of what is drawn.
                    let lab = LabUp(machine: machine, name: "same", files: files)
                    try lab.up()
                    let written = try lab.netlab("snapshot", "same", "-o", "\(directory)/\(number)")
                    let down = try lab.netlab("down", "same")
                    #expect(written.exitCode == 0 && written.output.isEmpty, "\(written.transcript)")
                    #expect(down.exitCode == 0, "\(down.transcript)")
                }
                let first = try #require(bytes("\(directory)/0"))
                #expect(first.count > 5000)
                #expect(bytes("\(directory)/1") == first)
                let equal = try machine.run([Repository.netlab, "diff", "\(directory)/0", "\(directory)/1"])
                #expect(equal.exitCode == 0 && equal.output.isEmpty, "\(equal.transcript)")
            }
        }
    }

    @Test("issue 4: a route deleted by hand is the only line, in every way of comparing")
    func deletedRouteIsTheOnlyLine() throws {
        try withDirectory { directory in
            try withLabUp("three-node") { lab in
                let before = "\(directory)/before.json"
                #expect(try lab.netlab("snapshot", "-o", before).exitCode == 0)
                let none = try lab.netlab("diff", lab.name)
                #expect(none.exitCode == 0 && none.output.isEmpty, "\(none.transcript)")
                try lab.machine.shell("ip -n \(lab.name).kind-worker route del 10.0.2.0/24")
                let line = "kind-worker:\n  - route 10.0.2.0/24 via 172.18.0.3 dev eth0\n"
                for words in [[lab.name], [before, lab.name], [], [before, lab.name, "--mode", "no-less"]] {
                    let outcome = try lab.netlab(["diff"] + words)
                    #expect(outcome.exitCode == 1 && outcome.output == line, "\(outcome.transcript)")
                }
                for words in [[before, lab.name, "--mode", "no-more"], [lab.name, before, "--mode", "no-less"]] {
                    let outcome = try lab.netlab(["diff"] + words)
                    #expect(outcome.exitCode == 0 && outcome.output.isEmpty, "\(outcome.transcript)")
                }
                let document = try JSONDecoder().decode(
                    JSONValue.self, from: Data(try lab.netlab("diff", before, lab.name, "--json").output.utf8))
                #expect(document["equal"] == .bool(false))
                #expect(document["differences"]?.array?.count == 1)
                #expect(document["differences"]?.array?.first?["text"]?.text == "10.0.2.0/24 via 172.18.0.3 dev eth0")
                try lab.up()
                let again = try lab.netlab("diff", before, lab.name)
                #expect(again.exitCode == 0 && again.output.isEmpty, "\(again.transcript)")
            }
        }
    }

    @Test("what netlab does not model is a difference too, also when no daemon runs")
    func foreignThingsAreDifferences() throws {
        try withLabUp("three-node") { lab in
            try lab.machine.shell(
                """
                ip -n \(lab.name).kind-worker -6 route add fd00:9::/64 dev eth0
                ip -n \(lab.name).kind-worker rule add pref 40 from all iif eth0 lookup 99
                ip -n \(lab.name).kind-worker2 link set eth0 mtu 1400
                ip netns exec \(lab.name).kind-worker sysctl -qw net.ipv4.ip_forward=0
                ip netns exec \(lab.name).kind-worker2 nft add table inet mine
                """)
            let outcome = try lab.netlab("diff")
            #expect(outcome.exitCode == 1)
            for line in [
                "+ route fd00:9::/64 dev eth0 metric 1024", "+ rule 40: from all iif eth0 lookup 99",
                "- sysctl net.ipv4.ip_forward = 1", "+ sysctl net.ipv4.ip_forward = 0", "+ nft table inet mine",
            ] {
                #expect(outcome.output.contains("  \(line)\n"), "\(outcome.transcript)")
            }
            #expect(
                outcome.output.contains("- link eth0: mtu 1500") && outcome.output.contains("+ link eth0: mtu 1400"))
            try lab.killDaemon()
            let without = try lab.netlab("diff")
            #expect(without.exitCode == 1 && without.output == outcome.output, "\(without.transcript)")
        }
    }

    @Test("a snapshot check compares with a file of the lab, and names each line")
    func snapshotCheckNamesTheLine() throws {
        try withLabUp("three-node") { lab in
            let words = ["test", lab.files, "--name", lab.name, "--only", "written down"]
            let green = try lab.netlab(words)
            #expect(green.exitCode == 0, "\(green.transcript)")
            try lab.machine.shell("ip -n \(lab.name).kind-worker route add blackhole 10.0.2.3")
            let red = try lab.netlab(words)
            #expect(red.exitCode == 1)
            let sentence = "snapshot expected/network.json: kind-worker: extra route blackhole 10.0.2.3"
            #expect(red.lines.contains("     " + sentence), "\(red.transcript)")
        }
    }

    @Test("wrong usage is 2 and says what to do")
    func wrongUsage() throws {
        try withDirectory { directory in
            try Machine.with { machine in
                try "{}".write(toFile: "\(directory)/empty", atomically: true, encoding: .utf8)
                try "* roote *\n".write(toFile: "\(directory)/ignore", atomically: true, encoding: .utf8)
                for (words, text) in [
                    (["\(directory)/empty", "\(directory)/empty"], "is not a snapshot of netlab"),
                    (["\(directory)/empty"], "is compared with nothing"),
                    (["\(directory)/none.json", "\(directory)/empty"], "there is no file"),
                    (["\(directory)/empty", "\(directory)/empty", "--ignore", "\(directory)/ignore"], "ignore:1: "),
                    (["nolab"], "no lab \"nolab\" is up"), (["--mode", "less"], "no-less"),
                ] {
                    let outcome = try machine.run([Repository.netlab, "diff"] + words)
                    #expect(outcome.exitCode == 2 && outcome.error.contains(text), "\(outcome.transcript)")
                }
                let shown = try machine.run([Repository.netlab, "diff", "--print-ignore"])
                #expect(shown.exitCode == 0 && shown.output.contains("* route fe80::*\n"))
            }
        }
    }
}
