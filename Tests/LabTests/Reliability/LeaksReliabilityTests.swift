import Foundation
import NetlabTestSupport
import Testing

/// Labs that come and go: what a machine has of everything is afterwards what it was before.
///
/// The short form holds what belongs to the test's own machine: names, links, mounts, processes and files. Memory and
/// slab belong to the whole computer, where other tests make namespaces meanwhile, so the short form only prints them.
/// The full form holds them too and is meant to run alone.
@Suite(.enabled(if: KernelTestGate.canRun), .serialized) struct LeaksReliabilityTests {
    @Test("issue: rounds of up and down leave nothing, and down returns when the kernel has let go of every link")
    func rounds() throws {
        let rounds = Reliability.rounds(short: 10, full: 200)
        var witnesses = 0
        var late = 0
        try Machine.with { machine throws in
            func round() throws {
                try withLab("three-node", on: machine) { lab throws in
                    try lab.up()
                    let (count, left) = try lab.downWithWitnesses()
                    witnesses += count
                    late += left
                }
            }
            // What the first lab leaves once: /run/netns as a mount of its own, caches, slabs.
            try round()
            witnesses = 0
            let before = try Holdings(machine)
            for _ in 0..<rounds { try round() }
            try Holdings.expectSame(machine, before, what: "\(rounds) rounds of up and down")
        }
        #expect(witnesses >= rounds * 6)
        #expect(late == 0, "links were still there when down had returned")
        Reliability.report(
            "leaks", "far ends of links in a lab's namespaces, looked for when down had returned",
            "\(witnesses) in \(rounds) rounds, \(late) still there")
    }

    @Test("issue: labs that come up together and go down together leave nothing")
    func together() throws {
        let count = Reliability.rounds(short: 5, full: 20)
        try Machine.with { machine throws in
            _ = try withLab("three-node", on: machine) { lab throws in try lab.up() }
            let labs = (0..<count).map { _ in LabUp(machine: machine, name: RandomName.lab(), files: "three-node") }
            func all(_ line: (LabUp) -> String) throws {
                let lines = labs.map { "\(Repository.netlab) \(line($0)) & pids=\"$pids $!\"" }
                let script = lines.joined(separator: "\n") + "\nfor p in $pids; do wait $p || exit 1; done"
                let outcome = try machine.run(["bash", "-c", script], limit: 300)
                #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            }
            let before = try Holdings(machine)
            try all { "up three-node --quiet --timeout 120 --name \($0.name)" }
            #expect(try machine.netlab("list").lines == labs.map(\.name).sorted())
            for lab in labs { try lab.expectWhole() }
            try all { "down --quiet \($0.name)" }
            #expect(try machine.shell("ls /run/netns") == "")
            try Holdings.expectSame(machine, before, what: "\(count) labs up together, then down together")
        }
    }

    @Test("a daemon that does the same things over and over keeps no descriptor, thread or process of it")
    func daemonStaysTheSame() throws {
        let rounds = Reliability.rounds(short: 10, full: 100)
        try LabCopy.with("three-node") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let file = "manifests/hello-app.yaml"
                let manifests = try String(contentsOfFile: "\(copy.path)/\(file)", encoding: .utf8)
                func round(_ number: Int) throws {
                    for replicas in [1 + number % 4, 2] {
                        try copy.write(
                            file, manifests.replacingOccurrences(of: "replicas: 2", with: "replicas: \(replicas)"))
                        try lab.up()
                        try lab.expectPods(replicas)
                    }
                    expectSuccess(try lab.netlab("apply", lab.name))
                    expectSuccess(try lab.netlab("cni", "install", lab.name))
                    for words in [["status"], ["pods"], ["service", "list"], ["up", copy.path, "--dry-run"]] {
                        expectSuccess(try lab.netlab(words))
                    }
                    let answer = try lab.curl("kind-worker", "10.96.37.61:8080")
                    #expect(answer.hasPrefix("Hello, world!"), "\(answer)")
                }
                for number in 0..<4 { try round(number) }
                let daemon = try #require(try lab.daemons().first)
                try eventually("the daemon is at rest") { try lab.isAtRest(daemon) }
                let before = try DaemonHoldings(lab, daemon)
                for number in 0..<rounds { try round(number) }
                try eventually("the daemon holds as many descriptors as before", limit: 30) {
                    try DaemonHoldings(lab, daemon).descriptors <= before.descriptors
                }
                let after = try DaemonHoldings(lab, daemon)
                #expect(try lab.daemons() == [daemon])
                #expect(after.namespaces == before.namespaces, "namespaces kept alive by descriptors")
                // Its history of events is bounded; 64 MB is far above that, and far below a leak of each round.
                #expect(after.memory < before.memory + 64 << 10, "\(before) \(after)")
                Reliability.report(
                    "leaks", "the daemon, after rounds of 2 scale changes, apply, cni install and 4 questions",
                    "\(rounds) rounds: descriptors \(before.descriptors) -> \(after.descriptors), threads "
                        + "\(before.threads) -> \(after.threads), resident \(before.memory) -> \(after.memory) kB")
            }
        }
    }
}

/// What a machine has of everything.
private struct Holdings {
    /// Of the machine's own.
    var own: [String: Int] = [:]
    /// Lines of mountinfo. Compared for what is new: a mount that the machine was born with, on a name that another test
    /// removes from the computer's own directory, is taken away by the kernel in every mount namespace.
    var mounts: Set<String> = []
    /// Of the whole computer: kilobytes of memory and slab, objects in the slab of network namespaces.
    var computer: [String: Int] = [:]

    init(_ machine: Machine) throws {
        let script = """
            echo namespaces $(ls -A /run/netns | wc -l)
            echo links $(ip -o link | wc -l)
            echo processes $(ps -e -o pid= | wc -l)
            echo descriptors $(ls /proc/1/fd | wc -l)
            echo files $(find /run -xdev | wc -l)
            """
        own = try Self.numbers(machine.shell(script))
        mounts = Set(try machine.shell("cat /proc/self/mountinfo").trimmedLines)
        computer = try Self.numbers(
            machine.shell(
                """
                awk '/^(MemAvailable|Slab):/ { print $1, $2 }' /proc/meminfo | tr -d :
                awk '{ print "file-nr", $1 }' /proc/sys/fs/file-nr
                awk '$1 == "net_namespace" { print $1, $2 }' /proc/slabinfo
                """))
    }

    private static func numbers(_ text: String) -> [String: Int] {
        var result: [String: Int] = [:]
        for line in text.trimmedLines {
            let words = line.split(separator: " ")
            if words.count == 2 { result[String(words[0])] = Int(words[1]) }
        }
        return result
    }

    /// Expects what there was before, and prints both as rows.
    static func expectSame(_ machine: Machine, _ before: Holdings, what: String) throws {
        // At once: this is what `down` promises.
        var after = try Holdings(machine)
        #expect(after.own == before.own, "\(what)")
        let newMounts = after.mounts.subtracting(before.mounts)
        #expect(newMounts.isEmpty, "\(what)")
        let atOnce = after.computer["net_namespace"] ?? 0
        if Reliability.isFull {
            // The slab's own count settles with its caches. The namespaces of a lab are six.
            try eventually("the slab is what it was", limit: 60) {
                after = try Holdings(machine)
                let grown = { (name: String) in (after.computer[name] ?? 0) - (before.computer[name] ?? 0) }
                return grown("net_namespace") <= 6 && grown("Slab") < 8 << 10 && grown("MemAvailable") > -(64 << 10)
            }
        }
        Reliability.report(
            "leaks", "\(what): the machine's own",
            before.own.keys.sorted().map { "\($0) \(before.own[$0] ?? 0) -> \(after.own[$0] ?? 0)" }
                .joined(separator: ", ") + ", new mounts \(newMounts.count)")
        Reliability.report(
            "leaks", "\(what): the computer" + (Reliability.isFull ? "" : " (others work on it)"),
            before.computer.keys.sorted().map { name in
                "\(name) \(before.computer[name] ?? 0) -> \(after.computer[name] ?? 0)"
                    + (name == "net_namespace" ? " (\(atOnce) at once)" : name == "file-nr" ? "" : " kB")
            }.joined(separator: ", "))
    }
}

/// What a daemon has of everything.
private struct DaemonHoldings {
    var descriptors: Int
    var threads: Int
    /// Network namespaces that open files of it keep alive.
    var namespaces: Int
    /// Resident, in kilobytes.
    var memory: Int

    init(_ lab: LabUp, _ daemon: String) throws {
        let status = try lab.machine.shell(
            """
            ls /proc/\(daemon)/fd | wc -l
            ls /proc/\(daemon)/task | wc -l
            ls -l /proc/\(daemon)/fd | grep -c 'net:\\[' || true
            awk '/^VmRSS:/ { print $2 }' /proc/\(daemon)/status
            """
        ).trimmedLines.map { Int($0) ?? -1 }
        (descriptors, threads, namespaces, memory) = (status[0], status[1], status[2], status[3])
    }
}

extension LabUp {
    /// Takes the lab down while each of its namespaces holds one end of a veth whose other end stands on the host. The
    /// kernel removes those when it dismantles the namespace, whatever netlab thinks of it.
    ///
    /// - Returns: how many there were, and how many were still there when `down` had returned.
    fileprivate func downWithWitnesses() throws -> (count: Int, left: Int) {
        let text = try machine.shell(
            """
            set -e
            n=0
            for name in $(ls /run/netns | grep '^\(name)\\.'); do
                ip link add witness$n type veth peer name witness netns $name; n=$((n + 1))
            done
            \(Repository.netlab) down --quiet \(name)
            ip -o link > /run/links
            echo $n $(grep -c witness /run/links || true); rm /run/links
            """)
        let numbers = text.trimmedLines[0].split(separator: " ").compactMap { Int($0) }
        return (numbers[0], numbers[1])
    }

    /// The lab has come to this many pods, and their namespaces to as many.
    fileprivate func expectPods(_ count: Int) throws {
        try eventually("\(count) pods") {
            try pods.count == count
                && machine.shell("ls /run/netns").trimmedLines.count { $0.hasPrefix("\(name).default_") } == count
        }
    }

    /// No connection of a command is open at the daemon any more.
    fileprivate func isAtRest(_ daemon: String) throws -> Bool {
        let first = try DaemonHoldings(self, daemon).descriptors
        usleep(200_000)
        return try DaemonHoldings(self, daemon).descriptors == first
    }
}
