import Foundation
import NetlabTestSupport
import Testing

/// What is not netlab's stays as it is, whatever netlab does and however it dies.
@Suite(.enabled(if: KernelTestGate.canRun)) struct OwnershipReliabilityTests {
    @Test("design 6: look-alikes on the host are the same, byte by byte, after up, down, gc and every crash")
    func lookAlikesStay() throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let host = try ForeignHost(on: machine, like: lab.name)
                let before = try host.listing()
                #expect(before.count > 100)
                var steps = 0
                var changed = 0
                func step(_ what: String, _ body: () throws -> Void) throws {
                    try body()
                    let after = try host.listing()
                    #expect(after.filter { !before.contains($0) } == [], "new after \(what)")
                    #expect(before.filter { !after.contains($0) } == [], "gone after \(what)")
                    steps += 1
                    changed += Set(after).symmetricDifference(before).count
                }
                try step("up") { try lab.up() }
                try step("gc --dry-run of a lab that runs") { () throws in
                    #expect(try machine.netlab("gc", "--dry-run", "--all").output == "")
                }
                try step("down") { expectSuccess(try lab.netlab("down")) }
                try step("up again") { try lab.up() }
                try step("SIGKILL of the daemon") { try lab.killDaemon() }
                try step("gc of a lab that can be resumed") { () throws in
                    #expect(try machine.netlab("gc").output == "")
                }
                try step("up that resumes") { try lab.up() }
                try step("the loss of the state") {
                    try lab.killDaemon()
                    try machine.shell("rm -rf /run/netlab/\(lab.name)")
                }
                try step("gc --dry-run") { expectSuccess(try machine.netlab("gc", "--dry-run")) }
                try step("up that builds anew") { try lab.up() }
                try step("gc --all after another SIGKILL") { () throws in
                    try lab.killDaemon()
                    let outcome = try machine.netlab("gc", "--all")
                    #expect(outcome.output.contains("removed namespace \(lab.name).host:"), "\(outcome.transcript)")
                    #expect(try machine.netlab("gc", "--all").output == "")
                }
                for milliseconds in stride(from: 10, to: 100, by: Reliability.isFull ? 3 : 30) {
                    try step("up killed after \(milliseconds) ms, then gc --all") {
                        try machine.shell(
                            """
                            \(Repository.netlab) up three-node --name \(lab.name) >/dev/null 2>&1 & up=$!
                            sleep \(Double(milliseconds) / 1000)
                            kill -9 $(pgrep -f -- '[d]aemon --lab \(lab.name)') $up || true; wait
                            """)
                        expectSuccess(try machine.netlab("gc", "--all"))
                    }
                }
                try step("down of nothing") { expectSuccess(try lab.netlab("down", lab.name)) }
                Reliability.report(
                    "ownership", "look-alikes on the host, looked at after each up, down, gc and crash",
                    "\(steps) looks, \(before.count) lines of listing each, \(changed) changed")
                try host.remove()
            }
        }
    }

    /// What stands at /run/netns/NAME, how it is made there and taken away, and what `up` calls it.
    struct Obstacle: CustomTestStringConvertible {
        var what: String
        var make: String
        var remove = "rm /run/netns/NAME"
        var testDescription: String { what }

        static let all = [
            Obstacle(
                what: "its lo does not carry netlab's mark",
                make: "ip netns add NAME; ip -n NAME link set lo alias 'netlab'; ip -n NAME link set lo up",
                remove: "ip netns delete NAME"),
            Obstacle(what: "an empty file that no journal of this lab names", make: "touch /run/netns/NAME"),
            Obstacle(what: "a file with content", make: "echo mine > /run/netns/NAME"),
            Obstacle(what: "a symbolic link", make: "ln -s /nowhere /run/netns/NAME"),
            Obstacle(
                what: "a symbolic link", make: "ip netns add other; ln -s /run/netns/other /run/netns/NAME",
                remove: "rm /run/netns/NAME; ip netns delete other"),
            Obstacle(
                what: "the mount of something that is no network namespace",
                make: "echo mine > /run/mine; touch /run/netns/NAME; mount --bind /run/mine /run/netns/NAME",
                remove: "umount /run/netns/NAME; rm -rf /run/netns/NAME /run/mine /run/mount"),
            Obstacle(
                what: "the mount of something that is no network namespace",
                make: "touch /run/netns/NAME; unshare --uts=/run/netns/NAME true",
                remove: "umount /run/netns/NAME; rm -rf /run/netns/NAME /run/mount"),
            Obstacle(what: "a directory", make: "mkdir /run/netns/NAME", remove: "rmdir /run/netns/NAME"),
        ]
    }

    @Test(
        "design 6: what stands at a namespace's name and is not the lab's is named, refused and kept",
        arguments: Obstacle.all)
    func obstaclesAreRefused(_ obstacle: Obstacle) throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let name = "\(lab.name).kind-worker"
                func shell(_ line: String) throws {
                    try machine.shell("set -e; " + line.replacingOccurrences(of: "NAME", with: name))
                }
                func listing() throws -> [String] {
                    let look = "ls /run; cd /run/netns; stat -c '%n %i %F %s %a %Y' *; grep netns /proc/self/mountinfo"
                    return try machine.shell("\(look); ip netns exec \(name) ip -o link 2>/dev/null || true")
                        .trimmedLines
                }
                // The directory becomes a mount of its own at the first lab's start; let it be one already.
                try machine.shell("ip netns add first; ip netns delete first")
                try shell(obstacle.make)
                let before = try listing()
                let outcome = try machine.netlab("up", "three-node", "--name", lab.name)
                #expect(outcome.exitCode == 1, "\(outcome.transcript)")
                #expect(
                    outcome.error.contains(name) && outcome.error.contains(obstacle.what)
                        && outcome.error.contains("in the way") && outcome.error.contains("--name"),
                    "\(outcome.transcript)")
                #expect(try listing() == before)
                expectSuccess(try machine.netlab("gc", "--all"))
                expectSuccess(try machine.netlab("down", lab.name))
                #expect(try listing() == before)
                try shell(obstacle.remove)
                try lab.up()
            }
        }
    }

    @Test("design 6: a second name that somebody gave to a lab's namespace goes with it, a link stays")
    func secondNames() throws {
        try withLabUp("single-node") { lab throws in
            let name = "\(lab.name).kind-control-plane"
            try lab.machine.shell(
                """
                cd /run/netns; touch second; mount --bind \(name) second; ln -s \(name) link; rm -rf /run/mount
                """)
            #expect(try lab.netlab("down").exitCode == 0)
            #expect(try lab.machine.shell("ls /run/netns") == "link\n")
            try lab.machine.shell("rm /run/netns/link")
        }
    }

    @Test("design 6: gc --dry-run prints each object with its proof, in words and as JSON, and removes nothing")
    func everyObjectIsProved() throws {
        try withLabUp("three-node") { lab throws in
            let directory = "/run/netlab/\(lab.name)"
            try lab.killDaemon()
            let worker = "\(lab.name).kind-worker"
            // A process of a user, and a name whose namespace went away, as after a reboot.
            try lab.machine.start(["ip", "netns", "exec", "\(lab.name).host", "sleep", "4321"])
            try eventually("it sleeps") { try lab.machine.processes().contains { $0.contains("sleep 4321") } }
            try lab.machine.shell("umount /run/netns/\(worker); rm -rf /run/mount")
            let before =
                try lab.machine.shell("ls -l /run/netns; find \(directory) | sort") + "\(lab.machine.processes())"
            let plan = try lab.machine.netlab("gc", "--dry-run", "--all")
            let expected: [(String, String)] = [
                ("namespace \(lab.name).host: ", "its lo carries the alias netlab:\(lab.name):"),
                ("(sleep): ", "it runs in namespace \(lab.name).host, which carries the mark"),
                ("(hello-app): ", "/pid has its number and the time it was started"),
                ("journal entry \(worker): ", "\(directory)/journal.json names \(worker) for this lab"),
                ("name /run/netns/\(worker): ", "it is empty and leads to no namespace, \(directory)/journal.json"),
                ("state \(directory): ", "it holds only what netlab writes there ("),
            ]
            for (object, proof) in expected {
                let found = plan.lines.contains { $0.contains(object) && $0.contains(proof) }
                #expect(found, "\(object)\(proof)\n\(plan.transcript)")
            }
            let json = try lab.machine.netlab("gc", "--dry-run", "--all", "--json")
            let objects = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8)).array ?? []
            #expect(objects.count == plan.lines.count)
            #expect(
                zip(objects, plan.lines).allSatisfy { object, line in
                    line == "would remove \(object["object"]?.text ?? ""): \(object["proof"]?.text ?? "")"
                        && object["lab"]?.text == lab.name
                        && line.hasPrefix("would remove \(object["kind"]?.text ?? "") ")
                }, "\(json.transcript)")
            let after =
                try lab.machine.shell("ls -l /run/netns; find \(directory) | sort") + "\(lab.machine.processes())"
            #expect(before == after)
            #expect(try lab.machine.netlab("gc", "--all").lines.count == plan.lines.count)
            #expect(try lab.machine.shell("ls /run/netns") == "")
            Reliability.report(
                "ownership", "objects of a dead lab, each printed with its proof by gc --dry-run",
                "\(plan.lines.count) objects of \(Set(objects.map { $0["kind"]?.text }).count) kinds")
        }
    }
}

/// The command ended with 0.
func expectSuccess(
    _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.exitCode == 0, "\(outcome.transcript)", sourceLocation: sourceLocation)
}
