import Foundation
import NetlabTestSupport
import Testing

/// The daemon killed while its lab is at work: what does not need it goes on, and what does comes back.
@Suite(.enabled(if: KernelTestGate.canRun)) struct CrashDaemonReliabilityTests {
    @Test("design 11: SIGKILL of the daemon under load breaks no pod, no connection between pods and no object")
    func daemonKilledUnderLoad() throws {
        let rounds = Reliability.rounds(short: 3, full: 20)
        var waits: [Double] = []
        var outages: [Double] = []
        try withLabUp("three-node") { lab throws in
            let pods = try lab.pods
            try #require(pods.count == 2)
            let identity = try lab.identity()
            let uids = try lab.uids()
            let load = try Load(lab, from: pods[0], to: pods[1])
            try load.waitUntilUnderWay()
            for _ in 0..<rounds {
                let linesBefore = try load.received()
                let watch = try Watch(lab)
                try lab.killDaemon()
                try watch.expectRefused()
                let start = Date().timeIntervalSince1970
                try lab.up()
                let gap = try watch.end()
                outages.append(gap.end - gap.start)
                waits.append(gap.end - start)
                #expect(try lab.identity() == identity)
                #expect(try lab.uids() == uids)
                #expect(try lab.up("--dry-run").lines == ["nothing to do"])
                try eventually("the transfer goes on") { try load.received() > linesBefore }
            }
            let result = try load.end()
            #expect(result.sent > 0 && result.lines == result.sent && result.wrong == 0, "\(result)")
            #expect(result.pings > 0 && result.lost == 0, "\(result)")
            Reliability.report(
                "crash", "daemon killed under load: one TCP transfer between two pods",
                "\(rounds) kills, \(result.lines) numbered lines in one connection, "
                    + "\(result.sent - result.lines) lost, \(result.wrong) out of order")
            Reliability.report(
                "crash", "daemon killed under load: ping between two pods every 10 ms",
                "\(result.pings) sent, \(result.lost) lost")
            Reliability.report(
                "crash", "daemon killed under load: pods, namespaces, links, uids, process ids after up",
                "\(identity.count + uids.count) compared \(rounds) times, 0 changed")
            Reliability.report(
                "crash", "daemon killed under load: time without ClusterIP listeners",
                "from SIGKILL \(milliseconds(outages)); from the start of up \(milliseconds(waits))")
        }
    }

    private func milliseconds(_ seconds: [Double]) -> String {
        let sorted = seconds.sorted().map { Int(($0 * 1000).rounded()) }
        return "median \(sorted[sorted.count / 2]) ms, worst \(sorted[sorted.count - 1]) ms"
    }
}

/// Traffic between two pods that never stops by itself.
private struct Load {
    let lab: LabUp

    struct Result {
        /// Numbered lines that arrived, and those that were not the next number.
        var sent: Int, lines: Int, wrong: Int
        var pings: Int, lost: Int
    }

    init(_ lab: LabUp, from client: LabUp.Pod, to server: LabUp.Pod) throws {
        self.lab = lab
        let netns = "ip netns exec \(lab.name)"
        // The receiver takes one connection and counts; 1000 numbered lines every few milliseconds leave the processor to
        // others.
        let receiver = """
            \(netns).\(server.place) socat -u TCP-LISTEN:9000,reuseaddr STDOUT |
                awk '$1 != NR { wrong++ } NR % 1000 == 0 { print NR > "/run/progress"; close("/run/progress") }
                    END { print NR, wrong + 0 > "/run/result" }'
            """
        let sender = """
            i=1
            { while [ ! -e /run/stop ]; do seq $i $((i + 999)); i=$((i + 1000)); sleep 0.005; done
                echo $((i - 1)) > /run/sent; } |
                \(netns).\(client.place) socat -u STDIN TCP:\(server.address):9000,retry=100,interval=0.1
            """
        let ping = "\(netns).\(client.place) ping -q -i 0.01 \(server.address) > /run/ping"
        for line in [receiver, sender, ping] {
            try lab.machine.shell("bash -c \(Self.quoted(line)) </dev/null >/dev/null 2>&1 &")
        }
    }

    func received() throws -> Int {
        Int(try lab.machine.shell("cat /run/progress 2>/dev/null || true").trimmedLines.last ?? "") ?? 0
    }

    func waitUntilUnderWay() throws { try eventually("lines arrive") { try received() > 0 } }

    /// Stops the sender, the receiver behind it and the ping, and reads what they counted.
    func end() throws -> Result {
        try lab.machine.shell("touch /run/stop")
        try eventually("all of it arrives") { try lab.machine.shell("ls /run").trimmedLines.contains("result") }
        try lab.machine.shell("kill -INT $(pgrep -x ping)")
        try eventually("ping counts") { try lab.machine.shell("cat /run/ping").contains("transmitted") }
        func numbers(_ file: String) throws -> [Int] {
            try lab.machine.shell("grep -oE '[0-9]+' /run/\(file)").trimmedLines.compactMap { Int($0) }
        }
        let counted = try numbers("result")
        let sent = try numbers("sent")
        let pings = try lab.machine.shell("grep transmitted /run/ping").split(separator: " ").compactMap { Int($0) }
        try lab.machine.shell("rm /run/stop /run/result /run/progress /run/sent /run/ping")
        // The last request may have been on its way when ping was stopped.
        return Result(
            sent: sent[0], lines: counted[0], wrong: counted[1], pings: pings[0], lost: max(0, pings[0] - pings[1] - 1))
    }

    static func quoted(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'" }
}

/// Connects to the ClusterIP from a node over and over and writes down when it could.
private struct Watch {
    let lab: LabUp

    init(_ lab: LabUp) throws {
        self.lab = lab
        let loop = """
            echo $$ > /run/watch.pid
            while :; do
                if (exec 3<>/dev/tcp/10.96.37.61/8080) 2>/dev/null; then word=yes; else word=no; fi
                echo $EPOCHREALTIME $word >> /run/watch; sleep 0.002
            done
            """
        try lab.machine.shell(
            "ip netns exec \(lab.name).kind-control-plane bash -c \(Load.quoted(loop)) </dev/null >/dev/null 2>&1 &")
        try eventually("the service answers") { try words().contains { $0.isUp } }
    }

    private func words() throws -> [(time: Double, isUp: Bool)] {
        try lab.machine.shell("cat /run/watch 2>/dev/null || true").trimmedLines.compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 2, let time = Double(parts[0]) else { return nil }
            return (time, parts[1] == "yes")
        }
    }

    /// The listeners went with the daemon.
    func expectRefused() throws { try eventually("connections are refused") { try words().contains { !$0.isUp } } }

    /// When the last connection before the gap was made and the first behind it, in seconds since the epoch.
    func end() throws -> (start: Double, end: Double) {
        try eventually("the service answers again") { try words().last?.isUp == true }
        try lab.machine.shell("kill $(cat /run/watch.pid)")
        let seen = try words()
        try lab.machine.shell("rm /run/watch /run/watch.pid")
        let first = seen.firstIndex { !$0.isUp } ?? 1
        let last = seen.lastIndex { !$0.isUp } ?? 0
        return (seen[max(0, first - 1)].time, seen[min(last + 1, seen.count - 1)].time)
    }
}
