import Foundation
import NetlabTestSupport
import Testing

/// The proxy as the daemon runs it: limits of the process, restarts, pods that go.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ProxyLabReliabilityTests {
    @Test("behaviour 3.3: after SIGKILL of the daemon and up, every client keeps the backend it had")
    func affinityOutlivesTheDaemon() throws {
        try LabCopy.with("services") { copy throws in
            // So long that no load on the machine lets it pass.
            try copy.edit("manifests/30-sticky.yaml", "timeoutSeconds: 60", "timeoutSeconds: 10800")
            try withLabUp(copy.path) { lab throws in
                let sticky = try #require(lab.clusterIPs()["sticky"])
                let places = try lab.nodes + lab.pods.map(\.place)
                func answers() throws -> [String] {
                    try places.map { try lab.curl($0, sticky).trimmedLines.last ?? "" }
                }
                let first = try answers()
                #expect(first.allSatisfy { $0.hasPrefix("Hostname: ") }, "\(first)")
                let rounds = Reliability.rounds(short: 3, full: 20)
                for _ in 0..<rounds {
                    // Each client stands in the file once: as many as asked.
                    try eventually("the bindings are saved") {
                        try lab.machine.shell("cat /run/netlab/\(lab.name)/affinity.json || true")
                            .components(separatedBy: "\"lastUse\"").count > Set(places).count
                    }
                    try lab.killDaemon()
                    try lab.up()
                    #expect(try answers() == first)
                }
                Reliability.report(
                    "proxy", "session affinity over SIGKILL of the daemon",
                    "\(rounds) restarts, \(places.count) clients of 2 backends, each kept its own")
            }
        }
    }

    @Test("issue: the daemon out of descriptors: connections go on, the lab answers, one line in the log says so")
    func outOfDescriptors() throws {
        let isFull = Reliability.isFull
        try Machine.with { machine throws in
            try withLab("services", on: machine) { lab throws in
                let limit = isFull ? "$(ulimit -Hn)" : "600"
                try machine.shell("ulimit -n \(limit); \(Repository.netlab) up services --name \(lab.name)")
                let elsewhere = try #require(lab.clusterIPs()["elsewhere"])
                let before = try lab.daemonFacts()
                let idle = try IdleConnections(lab, from: "kind-worker", to: elsewhere, wanted: 10_000)
                let (held, waiting) = try idle.opened()
                let after = try lab.daemonFacts()
                #expect(held > 0 && held + waiting <= 10_000)
                #expect(try idle.talk() == held, "established connections go on")
                var lines = 0
                if waiting > 0 {
                    #expect(held >= (after.fileLimit * 7 / 8 - 100) / 2, "\(held) of \(after.fileLimit)")
                    let status = try lab.netlab("status")
                    #expect(status.exitCode == 0 && status.output.contains("out of file descriptors"))
                    #expect(try lab.netlab("exec", "kind-worker", "--", "hostname").output == "kind-worker\n")
                    #expect(try idle.closeSome() == waiting, "who waited is served when others finish")
                    lines = try lab.netlab("logs").lines.count { $0.contains("out of file descriptors") }
                    #expect(lines == 1)
                }
                let perConnection = Double(after.residentKB - before.residentKB) / Double(held)
                Reliability.report(
                    "proxy", "idle connections through one daemon",
                    """
                    \(held) held (limit of open files \(after.fileLimit), \(after.files) in use), \(waiting) waiting and \
                    served later; resident memory \(before.residentKB >> 10) to \(after.residentKB >> 10) MiB, \
                    \((perConnection * 10).rounded() / 10) KiB a connection; \(lines) line in the log
                    """)
            }
        }
    }

    @Test("issue: a daemon whose last descriptor is gone blames no backend and loses no command")
    func lastDescriptorGone() throws {
        try withLabUp("services") { lab throws in
            let elsewhere = try #require(lab.clusterIPs()["elsewhere"])
            let idle = try IdleConnections(lab, from: "kind-worker", to: elsewhere, wanted: 20)
            #expect(try idle.opened().held == 20)
            let facts = try lab.daemonFacts()
            // Less than it has open: every new one fails with EMFILE, in the proxy and at the control socket.
            try lab.machine.shell("prlimit --pid \(facts.process) --nofile=\(facts.files - 1):\(facts.fileLimit)")
            let late = "timeout 40 curl -s --max-time 30 http://\(elsewhere)/ --http0.9 | head -1"
            try lab.machine.start(["ip", "netns", "exec", "\(lab.name).kind-worker", "bash", "-c", late])
            #expect(try idle.talk() == 20)
            try eventually("the log says it") {
                try lab.machine.shell("cat /run/netlab/\(lab.name)/daemon.log").contains("out of file descriptors")
            }
            try lab.machine.shell("prlimit --pid \(facts.process) --nofile=\(facts.fileLimit):\(facts.fileLimit)")
            #expect(try idle.talk() == 20)
            let more = try lab.inside(
                "kind-worker", "exec 3<>/dev/tcp/\(elsewhere)/80 && echo again >&3 && head -1 <&3")
            #expect(more.output == "again\n", "\(more.transcript)")
            #expect(try lab.netlab("status").exitCode == 0)
            Reliability.report(
                "proxy", "the daemon's last descriptor gone", "20 connections went on, new ones and commands afterwards"
            )
        }
    }

    @Test("design 7: a Deployment scaled away under load fails no established connection")
    func scaledAwayUnderLoad() throws {
        try LabCopy.with("services") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let elsewhere = try #require(lab.clusterIPs()["elsewhere"])
                let idle = try IdleConnections(lab, from: "default_client", to: elsewhere, wanted: 50)
                #expect(try idle.opened().held == 50)
                let file = "manifests/60-elsewhere.yaml"
                let text = try String(contentsOfFile: "\(copy.path)/\(file)", encoding: .utf8)
                var good = 0
                let rounds = Reliability.rounds(short: 2, full: 10)
                for _ in 0..<rounds {
                    try copy.write(file, text.replacingOccurrences(of: "ready: true", with: "ready: false"))
                    try lab.up()
                    #expect(try lab.curl("kind-worker", elsewhere) == "curl: 7", "nobody new")
                    good += try idle.talk()
                    try copy.write(file, text)
                    try lab.up()
                    good += try idle.talk()
                }
                #expect(good == 100 * rounds)
                Reliability.report(
                    "proxy", "the only endpoint removed and back, in a lab",
                    "50 connections, \(rounds) times: \(good) of \(100 * rounds) requests answered, new ones refused")
            }
        }
    }
}

extension LabUp {
    /// What the kernel says of the daemon's process.
    func daemonFacts() throws -> (process: Int, files: Int, fileLimit: Int, residentKB: Int) {
        let record = try machine.shell("cat /run/netlab/\(name)/lab.json")
        let json = try JSONDecoder().decode(JSONValue.self, from: Data(record.utf8))
        let process = try #require(json["daemon"]?["pid"]?.number)
        let script = """
            ls /proc/\(process)/fd | wc -l
            awk '/Max open files/ { print $4 }' /proc/\(process)/limits
            awk '/VmRSS/ { print $2 }' /proc/\(process)/status
            """
        let numbers = try machine.shell(script).trimmedLines.compactMap { Int($0) }
        try #require(numbers.count == 3)
        return (process, numbers[0], numbers[1], numbers[2])
    }
}
