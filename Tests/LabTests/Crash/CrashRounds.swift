import Foundation
import NetlabTestSupport
import Testing

/// One scenario gone through again and again on one machine, with a fault at another place each time, and what must
/// hold after each. Between two rounds the machine is as empty as a new one.
final class CrashRounds {
    let scenario: CrashScenario
    let machine: Machine
    let lab = RandomName.lab()
    /// What the nodes' tables and rules are after an undisturbed `up`.
    private var wanted = ""
    private(set) var places: [FaultPlace] = []
    private(set) var faults = 0
    /// Faults that the run did not come to: what the daemon does at the same time as others has no fixed length.
    private(set) var missed = 0
    private(set) var failures = 0

    /// Counts the places.
    init(_ scenario: CrashScenario, on machine: Machine) throws {
        self.scenario = scenario
        self.machine = machine
        let record = try FaultRecord()
        defer { record.remove() }
        try runBefore(record.rules())
        let outcome = try run(scenario.command, record.rules())
        #expect(outcome.exitCode == 0, "\(outcome.transcript)")
        places = record.places.filter { scenario.parts.contains($0.part) }
        #expect(places.count >= 20, "\(scenario.name) has places to fail at")
        try expectUp(after: "counting")
        wanted = try tables()
        try expectDown(after: "counting")
    }

    /// Every place in the full form; in the short one as many as said, evenly spread from a place that the seed gives.
    func sample(_ count: Int, offset: Int = 0) -> [(number: Int, place: FaultPlace)] {
        let all = places.enumerated().map { (number: $0.offset, place: $0.element) }
        guard !Reliability.isFull, count < all.count else { return all }
        let stride = Double(all.count) / Double(count)
        let start = Double((Self.seed + offset) % 97) / 97 * stride
        return (0..<count).map { all[Int(start + Double($0) * stride) % all.count] }
    }

    /// Chosen by `NETLAB_CRASH_SEED`, printed with every row.
    static let seed = ProcessInfo.processInfo.environment["NETLAB_CRASH_SEED"].flatMap { Int($0) } ?? 1

    // MARK: One round

    /// The scenario with a fault; nil when the fault did not come, and then the machine has been cleaned already.
    func disturbed(_ rule: String) throws -> Outcome? {
        for _ in 0..<3 {
            let record = try FaultRecord()
            defer { record.remove() }
            // The daemon that carries out a later command must know of the fault from its start.
            try runBefore(scenario.parts.contains("command") ? [:] : record.rules(rule))
            let outcome = try run(scenario.command, record.rules(rule))
            if record.hasFired {
                faults += 1
                return outcome
            }
            try expectDown(after: "\(rule), which did not come")
        }
        missed += 1
        return nil
    }

    private func runBefore(_ environment: [String: String?]) throws {
        for line in scenario.before {
            let outcome = try run(line, environment)
            try #require(outcome.exitCode == 0, "\(outcome.transcript)")
        }
    }

    private func run(_ line: String, _ environment: [String: String?] = [:]) throws -> Outcome {
        try machine.run(
            [Repository.netlab] + CrashScenario.words(line, lab: lab), environment: environment, limit: 120)
    }

    // MARK: What must hold

    private func check(_ holds: Bool, _ fault: String, _ found: String, sourceLocation: SourceLocation) {
        guard !holds else { return }
        failures += 1
        Issue.record("\(scenario.name), \(fault): \(found)", sourceLocation: sourceLocation)
    }

    /// `status` and `list` say what is there, and end as documented.
    func expectTruth(after fault: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        func check(_ holds: Bool, _ found: String) {
            self.check(holds, fault, found, sourceLocation: sourceLocation)
        }
        // The brackets keep the shell from finding itself.
        let there = try machine.shell(
            """
            test -d /run/netlab/\(lab) && echo state
            pgrep -f -- '[d]aemon --lab \(lab)' >/dev/null && echo daemon
            for n in $(ls -A /run/netns); do ip -n "$n" link show lo 2>/dev/null; done \
                | grep -c "alias netlab:\(lab):" || true
            """
        ).trimmedLines
        let namespaces = there.last ?? ""
        let list = try run("list")
        check(list.lines == (there.contains("state") ? [lab] : []), list.transcript)
        let status = try run("status LAB")
        check(!hasDump(status.output + status.error), status.transcript)
        var hasDaemon = there.contains("daemon")
        // One that was killed has closed its socket before the kernel has taken the last of it down.
        for _ in 0..<1000 where hasDaemon && status.error.contains("is not running") {
            usleep(10_000)
            hasDaemon = try machine.run(["pgrep", "-f", "daemon --lab \(lab)"]).exitCode == 0
        }
        if !there.contains("state") {
            check(namespaces == "0", "\(namespaces) namespaces without a record of them")
            check(status.exitCode == 2 && status.error.contains("no lab \"\(lab)\" is up"), status.transcript)
        } else if !hasDaemon {
            check(status.exitCode == 1, status.transcript)
            check(status.error.contains("the daemon of lab \"\(lab)\" is not running"), status.transcript)
            check(status.error.contains(": \(namespaces) of "), "\(namespaces) stand: \(status.transcript)")
            check(status.error.contains("netlab up \(lab)"), status.transcript)
        } else {
            let isHalf = status.exitCode == 1 && status.error.contains("was not created to the end")
            check(status.exitCode == 0 || isHalf, status.transcript)
        }
    }

    /// `up` finishes the job: nodes, routes, pods, the answer through the ClusterIP, and nothing there twice.
    func expectUp(after fault: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        func check(_ holds: Bool, _ found: String) {
            self.check(holds, fault, found, sourceLocation: sourceLocation)
        }
        let up = try run("up three-node --name LAB -q")
        check(up.exitCode == 0, up.transcript)
        let tables = try tables()
        check(wanted.isEmpty || tables == wanted, "other tables than undisturbed:\n\(tables)")
        let answer = try machine.run(
            ["ip", "netns", "exec", "\(lab).kind-control-plane", "curl", "-sS", "--max-time", "10", "10.96.37.61:8080"])
        check(answer.output.hasPrefix("Hello, world!\nVersion: 1.0.0\n"), answer.transcript)
        let counts = try machine.shell(
            """
            ls -A /run/netns | grep -c '^\(lab)\\.'
            pgrep -fc -- '[d]aemon --lab \(lab)'
            ps -e -o comm= | grep -c '^netlab-shim$'
            ps -e -o comm= | grep -c '^hello-app$'
            """
        ).trimmedLines
        // The host, three nodes and two pods; one daemon; two containers.
        check(counts == ["6", "1", "2", "2"], "namespaces, daemons, shims and containers: \(counts)")
        let plan = try run("up three-node --name LAB --dry-run")
        check(plan.lines == ["nothing to do"], plan.transcript)
    }

    /// `down` leaves nothing; then the machine is made as new, down to the mount that the first lab makes.
    func expectDown(after fault: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let down = try run("down LAB -q")
        check(
            down.exitCode == 0 && down.error == "", fault, down.transcript, sourceLocation: sourceLocation)
        try expectNothing(after: fault, sourceLocation: sourceLocation)
        // Without a note of it in /run/mount.
        try machine.shell("umount -n /run/netns 2>/dev/null || true")
    }

    /// No file, namespace, process or link of any lab.
    func expectNothing(after fault: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let left = try machine.shell(
            """
            ls -A /run; ls -A /run/netns; ip -o link | cut -d: -f2
            ps -e -o args= | grep -E '[n]etlab|[h]ello-app' || true
            """
        ).trimmedLines
        check(left == ["netns", " lo"], fault, "left: \(left)", sourceLocation: sourceLocation)
    }

    /// One clear message with the operation and the cause, and the exit code that belongs to it.
    func expectMessage(
        _ outcome: Outcome, cause: String, after fault: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let messages = outcome.errorLines.filter { $0.contains("netlab: ") }
        let isOne = messages.count == 1 && messages[0].contains(cause) && !hasDump(outcome.error)
        let lacking = ["Cannot allocate memory", "Operation not permitted", "No space left on device"].contains(cause)
        // The line behind it says what helps, where something does.
        let isAdvised = !lacking || outcome.errorLines.last?.hasPrefix("  ") == true
        check(
            isOne && isAdvised && outcome.exitCode == (lacking ? 4 : 1), fault, outcome.transcript,
            sourceLocation: sourceLocation)
    }

    /// A fault that the command can bear: it says nothing, and all comes to be as it should without another command.
    func expectBorne(
        _ outcome: Outcome, after fault: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        check(outcome.error == "", fault, outcome.transcript, sourceLocation: sourceLocation)
        if scenario.leavesLab {
            let status = try run("status LAB --wait --wait-duration 30")
            check(status.exitCode == 0, fault, status.transcript, sourceLocation: sourceLocation)
        } else {
            try expectNothing(after: fault, sourceLocation: sourceLocation)
        }
    }

    /// Places that cannot be reached cannot be tested.
    func expectFewMissed(sourceLocation: SourceLocation = #_sourceLocation) {
        check(
            missed * 10 <= max(10, places.count), "at the end", "\(missed) of \(places.count) not reached",
            sourceLocation: sourceLocation)
    }

    /// Swift's own words for a value or a crash, which nobody but a programmer reads.
    private func hasDump(_ text: String) -> Bool {
        ["Error(", "Failure(", "Optional(", "Fatal error", "NetworkPlanning.", "LinuxKernel.", "Swift.", "errno: "]
            .contains { text.contains($0) }
    }

    private func tables() throws -> String {
        try machine.shell(
            """
            for n in kind-control-plane kind-worker kind-worker2; do
                echo "# $n"; ip -n \(lab).$n route; ip -n \(lab).$n rule
                ip -n \(lab).$n -o -4 addr | cut -d' ' -f2-7 | sort
            done; ip -n \(lab).host route
            """)
    }
}
