import Foundation
import NetlabTestSupport
import Testing

/// `netlab graph`, from files and from labs that are up.
@Suite struct GraphTests {
    @Test(
        "issue 4: drawn from the lab's files, without root", .enabled(if: KernelTestGate.canRun),
        arguments: ["mermaid", "dot", "svg"])
    func drawnFromFiles(_ format: String) throws {
        try Machine.with { machine in
            let words = ["graph", "\(Repository.root)/labs/three-node", "--format", format]
            let drawn = try machine.run(["setpriv", "--reuid=65534", "--clear-groups", Repository.netlab] + words)
            #expect(drawn.exitCode == 0, "\(drawn.transcript)")
            for text in [
                "host", "kind-control-plane", "kind-worker2", "hello-app-", "10.0.2.0/24 via 172.18.0.3 dev eth0",
            ] {
                #expect(drawn.output.contains(text), "\(text) is not in \(drawn.output)")
            }
            #expect(!drawn.output.contains(format == "svg" ? "#fdd" : ":::fault"))
        }
    }

    @Test("issue 4: drawn from a live lab, with its faults marked", .enabled(if: KernelTestGate.canRun))
    func drawnLive() throws {
        try withLabUp("three-node") { lab in
            let whole = try lab.netlab("graph")
            #expect(whole.exitCode == 0 && !whole.output.contains(":::fault"), "\(whole.transcript)")
            #expect(try lab.netlab("fault", "inject", "blackhole").exitCode == 0)
            #expect(try lab.netlab("fault", "inject", "bridge-port-isolated").exitCode == 0)
            let broken = try lab.netlab("graph")
            let red = broken.lines.filter { $0.hasSuffix(":::fault") }
            #expect(red.count == 2, "\(broken.transcript)")
            #expect(red.contains { $0.contains("[\"kind-worker<br/>") && $0.contains("+ route blackhole 10.0.2.0/24") })
            #expect(broken.lines.filter { $0.contains(" isolated\"|") }.count == 2, "\(broken.transcript)")
            let files = try lab.machine.netlab("graph", "labs/three-node", "--files")
            #expect(!files.output.contains(":::fault"))
        }
    }
}
