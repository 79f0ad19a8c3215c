import Foundation
import NetlabTestSupport
import Testing

/// `netlab capture` and `netlab observe` on a lab, with tcpdump as the reader of what was written.
@Suite(.enabled(if: KernelTestGate.canRun)) struct CaptureTests {
    /// Starts a command that says on standard error when it has begun, and does `body` meanwhile.
    private func during(
        _ lab: LabUp, _ words: [String], until: (Background) -> Bool, _ body: () throws -> Void
    ) throws -> [String] {
        let running = try Background(
            [Repository.netlab] + words, on: lab.machine, environment: ["NETLAB_LAB": lab.name])
        try eventually("the command listens", limit: 60) { running.errorLines.contains { $0.contains("ing") } }
        try body()
        try eventually("what is waited for is told", limit: 60) { until(running) }
        try running.stop()
        return running.lines
    }

    @Test("design 8: pcapng of several interfaces at once, read by tcpdump; a packet crosses all of them")
    func severalInterfaces() throws {
        try withLabUp("three-node") { lab in
            let file = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString).pcapng"
            defer { try? FileManager.default.removeItem(atPath: file) }
            let capture = try Background(
                [
                    Repository.netlab, "capture", "kind-worker:eth0", "host", "kind-worker2:eth0", "-w", file,
                    "--proto",
                    "icmp", "--count", "8",
                ], on: lab.machine, environment: ["NETLAB_LAB": lab.name])
            try eventually("the command listens", limit: 60) {
                capture.errorLines.contains { $0.hasPrefix("capturing on ") }
            }
            #expect(try lab.inside("kind-worker", "ping -c 2 -i 0.2 -W 10 172.18.0.3").exitCode == 0)
            #expect(capture.end() == 0)
            let text = try lab.machine.shell("tcpdump -nn -r \(file) 2>&1")
            #expect(text.components(separatedBy: "\n").count { $0.contains("ICMP echo re") } == 8, "\(text)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            #expect(bytes.range(of: Data("kind-worker2:eth0".utf8)) != nil)
        }
    }

    @Test("packets are told as lines, those asked for only; a place that is not there is wrong usage")
    func linesAndChoices() throws {
        try withLabUp("three-node") { lab in
            let address = try #require(lab.clusterIPs()["hello-app"])
            let lines = try during(
                lab, ["capture", "--port", "8080"], until: { $0.lines.contains { $0.contains("Flags [S]") } }
            ) {
                let answer = try lab.curl("kind-control-plane", "\(address):8080")
                #expect(answer.hasPrefix("Hello"))
            }
            #expect(lines.contains { $0.contains(":lxc") || $0.contains(":eth0") }, "\(lines)")
            #expect(lines.allSatisfy { $0.contains(".8080") }, "\(lines)")
            for words in [["nowhere"], ["kind-worker:eth9"]] {
                let wrong = try lab.netlab(["capture"] + words)
                #expect(wrong.exitCode == 2 && wrong.error.contains("there are: "), "\(wrong.transcript)")
            }
            #expect(try lab.netlab("capture", "kind-worker", "-w", "/nonexistent/f").exitCode == 1)
        }
    }

    @Test("a flow of the proxy is observed with its client, service and backend, as text and as JSON")
    func flowsAreObserved() throws {
        try withLabUp("three-node") { lab in
            let address = try #require(lab.clusterIPs()["hello-app"])
            let lines = try during(
                lab, ["observe", "-f", "--service", "hello-app", "--tail", "0"],
                until: { $0.lines.contains { $0.contains(" CLOSED ") } }
            ) {
                let answer = try lab.curl("kind-worker", "\(address):8080")
                #expect(answer.hasPrefix("Hello"))
            }
            let closed = try #require(lines.first { $0.contains(" CLOSED ") })
            #expect(closed.contains("-> default/hello-app:8080 (\(address)) -> default/hello-app-"), "\(closed)")
            #expect(closed.contains(" bytes out, "), "\(closed)")
            let json = try lab.netlab("observe", "--json", "--verdict", "closed", "--tail", "1")
            #expect(json.exitCode == 0 && json.lines.count == 1, "\(json.transcript)")
            let flow = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
            #expect(flow["frontend"]?["name"]?.text == "default/hello-app")
            #expect(flow["node"]?.text == "kind-worker" && flow["backend"]?["port"]?.number == 8080)
            #expect(try lab.netlab("observe", "--service", "nobody").output == "")
        }
    }
}
