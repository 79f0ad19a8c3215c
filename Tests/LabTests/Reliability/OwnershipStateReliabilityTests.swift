import Foundation
import NetlabTestSupport
import Testing

/// State that was deleted, damaged, or written by somebody else: one clear message each, and nothing lost that was there.
@Suite(.enabled(if: KernelTestGate.canRun)) struct OwnershipStateReliabilityTests {
    @Test("a state directory deleted under its daemon: status says so, gc keeps off, up leaves one daemon and one lab")
    func stateDeletedUnderDaemon() throws {
        try withLabUp("three-node") { lab throws in
            let directory = "/run/netlab/\(lab.name)"
            let daemon = try lab.daemons()
            try lab.machine.shell("rm -rf \(directory)")
            try lab.expectLost("its daemon, process \(daemon.first ?? ""); 6 namespaces that carry its mark")
            for words in [["gc"], ["gc", "--all"], ["gc", "--dry-run", "--all"]] {
                let outcome = try lab.machine.run([Repository.netlab] + words)
                #expect(outcome.exitCode == 0 && outcome.output == "", "\(outcome.transcript)")
                #expect(
                    outcome.error.contains("lab \"\(lab.name)\" runs without its state directory"),
                    "\(outcome.transcript)")
            }
            #expect(try lab.daemons() == daemon)
            let up = try lab.up()
            #expect(
                up.error.contains("the state of lab \"\(lab.name)\" was lost") && up.error.contains("built anew"),
                "\(up.transcript)")
            #expect(try lab.daemons().count == 1 && lab.daemons() != daemon)
            try lab.expectWhole()
        }
    }

    @Test("a state directory deleted after the daemon had died: up takes what carries the mark down and builds anew")
    func stateDeleted() throws {
        try withLabUp("three-node") { lab throws in
            try lab.killDaemon()
            try lab.machine.shell("rm -rf /run/netlab/\(lab.name)")
            try lab.expectLost("6 namespaces that carry its mark")
            let up = try lab.up()
            #expect(up.error.contains("was lost") && up.error.contains("built anew"), "\(up.transcript)")
            try lab.expectWhole()
        }
    }

    @Test("a daemon whose socket was deleted is replaced, and its pods stay")
    func socketDeleted() throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.identity()
            let daemon = try lab.daemons()
            try lab.machine.shell("rm /run/netlab/\(lab.name)/daemon.sock")
            #expect(try lab.netlab("status").error.contains("is not running"))
            let up = try lab.up()
            #expect(up.error.contains("daemon.sock is gone; another one takes its place"), "\(up.transcript)")
            #expect(try lab.daemons().count == 1 && lab.daemons() != daemon)
            #expect(try lab.identity() == before)
        }
    }

    @Test("objects deleted under their daemon are written again with the next change: none is lost")
    func objectsDeletedUnderDaemon() throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.identity()
            try lab.machine.shell("rm /run/netlab/\(lab.name)/store.log /run/netlab/\(lab.name)/journal.json")
            let up = try lab.up()
            #expect(up.error.contains("journal.json was lost and is written anew"), "\(up.transcript)")
            expectSuccess(try lab.netlab("apply", "-f", "labs/services/manifests/20-hello.yaml"))
            let grown = try lab.identity()
            try lab.killDaemon()
            try lab.up()
            let after = try lab.identity()
            #expect(after == grown)
            #expect(before.keys.allSatisfy { after[$0] != nil })
        }
    }

    /// One harm to one file of a lab whose daemon is dead, and what `up` makes of it.
    struct Harm: CustomTestStringConvertible {
        var what: String
        /// Run in the lab's state directory.
        var line: String
        var isRefused = false
        var message: String
        /// Whether `up` goes on with the same pods.
        var keepsPods = true
        var testDescription: String { what }

        static let all = [
            Harm(
                what: "journal cut in half", line: "truncate -s $(($(stat -c %s journal.json) / 2)) journal.json",
                message: "journal.json was damaged and is written anew from the marks of 6 namespaces"),
            Harm(
                what: "journal empty", line: ": > journal.json",
                message: "journal.json was damaged and is written anew"),
            Harm(
                what: "journal of garbage", line: "head -c 4096 /dev/urandom > journal.json",
                message: "journal.json was damaged and is written anew"),
            Harm(
                what: "journal deleted", line: "rm journal.json",
                message: "journal.json was lost and is written anew from the marks of 6 namespaces"),
            Harm(
                what: "journal of an older version", line: "sed -i 's/\"version\":1/\"version\":0/' journal.json",
                isRefused: true, message: "it has version 0, of an older netlab; this netlab knows version 1"),
            Harm(
                what: "journal of a newer version", line: "echo '{\"version\":2,\"all\":\"new\"}' > journal.json",
                isRefused: true, message: "it has version 2, of a newer netlab; this netlab knows version 1"),
            Harm(
                what: "journal of another lab", line: "sed -i 's/\"lab\":\"[^\"]*\"/\"lab\":\"other\"/' journal.json",
                isRefused: true, message: "the journal is of another creation of a lab (other, "),
            Harm(
                what: "lab.json cut in half", line: "truncate -s 100 lab.json", isRefused: true,
                message: "lab.json: invalid (it is damaged)"),
            Harm(
                what: "lab.json of an older version", line: "sed -i 's/\"version\":1/\"version\":0/' lab.json",
                isRefused: true, message: "it has version 0, of an older netlab; this netlab knows version 1"),
            Harm(
                what: "lab.json of a newer version", line: "echo '{\"version\":2,\"all\":\"new\"}' > lab.json",
                isRefused: true, message: "it has version 2, of a newer netlab; this netlab knows version 1"),
            Harm(
                what: "lab.json deleted", line: "rm lab.json", message: "the state of lab", keepsPods: false),
            Harm(
                what: "a last write of the objects cut short",
                line: "printf '\\100\\0\\0\\0\\1\\2\\3\\4half' >> store.log",
                message: "store.log was cut short and is dropped; it had not been acknowledged"),
            Harm(
                what: "a byte in the middle of the objects changed",
                line: "printf X | dd of=store.log bs=1 seek=$(($(stat -c %s store.log) / 2)) conv=notrunc 2>&1",
                isRefused: true, message: "the lab's objects cannot be read from it"),
            Harm(
                what: "a length in the middle of the objects changed",
                line: "printf '\\377' | dd of=store.log bs=1 seek=2 conv=notrunc 2>&1",
                isRefused: true, message: "store.log is damaged at byte 0"),
        ]
    }

    @Test(
        "damaged and foreign state files: one clear message each; down and gc --all work all the same",
        arguments: Harm.all)
    func damagedFiles(_ harm: Harm) throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.identity()
            try lab.killDaemon()
            let directory = "/run/netlab/\(lab.name)"
            try lab.machine.shell("cd \(directory); cp -a . /tmp/\(lab.name); \(harm.line)")
            defer { _ = try? lab.machine.shell("rm -rf /tmp/\(lab.name)") }
            let up = try lab.netlab("up", "three-node", "--name", lab.name)
            #expect(up.error.contains(harm.message), "\(up.transcript)")
            #expect(up.exitCode == (harm.isRefused ? 1 : 0), "\(up.transcript)")
            guard harm.isRefused else {
                try lab.expectWhole()
                if harm.keepsPods { #expect(try lab.identity() == before) }
                return
            }
            #expect(up.error.contains("netlab down"), "no advice: \(up.transcript)")
            // Nothing was changed: with the file put back the lab goes on with the same pods.
            let status = try lab.netlab("status")
            #expect(status.exitCode == 1 || status.output.contains(harm.message), "\(status.transcript)")
            try lab.killDaemons()
            // What the daemon wrote meanwhile is not put back with it.
            try lab.machine.shell("cd /tmp/\(lab.name); cp -a journal.json lab.json store.log \(directory)")
            try lab.up()
            #expect(try lab.identity() == before)
            // And without it the lab can be removed.
            try lab.killDaemon()
            try lab.machine.shell("cd \(directory); \(harm.line)")
            #expect(try lab.machine.netlab("gc").output == "")
            let removed = try Bool.random() ? lab.netlab("down") : lab.machine.netlab("gc", "--all")
            #expect(removed.exitCode == 0, "\(removed.transcript)")
            #expect(try lab.machine.shell("ls -A /run/netns; ls -A /run") == "netns\n")
        }
    }

    @Test(
        "after a reboot with a /run that was kept, up makes the namespaces again for the same pods",
        arguments: [true, false])
    func reboot(_ keepsFiles: Bool) throws {
        try withLabUp("three-node") { lab throws in
            let machine = lab.machine
            let before = try lab.pods
            let uids = try lab.uids()
            let decoy = try machine.shell("sleep 4321 </dev/null >/dev/null 2>&1 & echo $!").trimmedLines[0]
            try lab.killDaemon()
            // A reboot ends every process and every namespace, and gives the daemon's number to another process.
            try machine.shell(
                """
                all() { for n in $(ls /run/netns); do ip netns pids $n; done; }
                kill -9 $(all); while [ -n "$(all)" ]; do sleep 0.01; done
                cd /run/netns; umount \(lab.name).*; \(keepsFiles ? "true" : "rm \(lab.name).*"); rm -rf /run/mount
                start=$(cut -d' ' -f22 /proc/\(decoy)/stat)
                sed -i -E 's/"pid":[0-9]+/"pid":\(decoy)/; s/"startTime":[0-9]+/"startTime":'$start'/' \
                    /run/netlab/\(lab.name)/lab.json
                """)
            #expect(try lab.netlab("status").error.contains("is not running"))
            try lab.up()
            #expect(try lab.pods == before)
            #expect(try lab.uids() == uids)
            try lab.expectWhole()
            #expect(try lab.netlab("down").exitCode == 0)
            try machine.shell("kill \(decoy); while kill -0 \(decoy) 2>/dev/null; do sleep 0.01; done")
        }
    }

    @Test(
        "names taken away while the daemon was dead: pods whose processes stayed behind are started again in the new ones"
    )
    func namesTakenAway() throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.pods
            try lab.killDaemon()
            try lab.machine.shell("for n in $(ls /run/netns); do ip netns delete $n; done")
            try lab.up()
            #expect(try lab.pods == before)
            try lab.expectWhole()
            #expect(try lab.netlab("pods").lines.dropFirst().allSatisfy { $0.contains(" Running   1 ") })
        }
    }

    @Test("a state directory that is something else, or cannot be written, is named with what to do; it stays as it is")
    func noDirectory() throws {
        let cases: [(make: String, message: String, undo: String)] = [
            ("echo mine > DIR", "DIR is a file, not a state directory", "rm DIR"),
            ("mkdir /run/mine; ln -s /run/mine DIR", "DIR is a symbolic link, not", "rmdir /run/mine; rm DIR"),
            ("ln -s /nowhere DIR", "DIR is a symbolic link, not", "rm DIR"),
            ("rmdir /run/netlab; echo mine > /run/netlab", "/run/netlab is a file, not", "rm /run/netlab"),
            (
                "rmdir /run/netlab; mkdir /run/mine; ln -s /run/mine /run/netlab",
                "/run/netlab is a symbolic link, not",
                "rmdir /run/mine; rm /run/netlab"
            ),
            (
                "mount -t tmpfs -o ro,mode=700 none /run/netlab",
                "/run/netlab cannot be written: Read-only file system",
                "umount /run/netlab; rm -rf /run/mount"
            ),
            (
                "mkdir DIR; mount -t tmpfs -o ro none DIR", "DIR cannot be written: Read-only file system",
                "umount DIR; rm -rf /run/mount; rmdir DIR"
            ),
        ]
        for (make, message, undo) in cases {
            try Machine.with { machine throws in
                let lab = LabUp(machine: machine, name: RandomName.lab(), files: "three-node")
                let directory = "/run/netlab/\(lab.name)"
                func filled(_ text: String) -> String { text.replacingOccurrences(of: "DIR", with: directory) }
                try machine.shell("mkdir -p -m 700 /run/netlab; \(filled(make)); rm -rf /run/mount")
                let before = try machine.shell("ls -lR /run; cat /run/netlab 2>&1 || true")
                let up = try lab.netlab("up", "three-node", "--name", lab.name)
                #expect(up.exitCode == 4 && up.error.contains(filled(message)), "\(make): \(up.transcript)")
                #expect(up.errorLines.count >= 2, "no advice: \(up.transcript)")
                _ = try lab.netlab("down", lab.name)
                _ = try machine.netlab("gc", "--all")
                #expect(try machine.shell("ls -lR /run; cat /run/netlab 2>&1 || true") == before, "\(make)")
                try machine.shell("\(filled(undo)); rmdir /run/netlab 2>/dev/null || true")
            }
        }
    }

    @Test("a state directory that became read-only: up and down say so, and down leaves nothing but it")
    func readOnlyUnderLab() throws {
        try withLabUp("three-node") { lab throws in
            let machine = lab.machine
            let directory = "/run/netlab/\(lab.name)"
            try lab.killDaemon()
            try machine.shell(
                "mount --bind \(directory) \(directory); mount -o remount,ro,bind \(directory); rm -rf /run/mount")
            let up = try lab.netlab("up", "three-node", "--name", lab.name)
            #expect(up.exitCode == 4 && up.error.contains("\(directory) cannot be written"), "\(up.transcript)")
            let down = try lab.netlab("down")
            #expect(
                down.exitCode == 1 && down.error.contains("something is mounted at \(directory)"), "\(down.transcript)")
            #expect(try machine.shell("ls /run/netns") == "")
            try machine.shell("umount \(directory); rm -rf /run/mount")
        }
    }

    @Test("a directory of somebody else below /run/netlab is not a lab's state: gc and down leave it")
    func foreignDirectory() throws {
        try Machine.with { machine throws in
            try machine.shell("mkdir -p /run/netlab/mine; echo precious > /run/netlab/mine/notes")
            #expect(try machine.netlab("gc", "--all", "--dry-run").output == "")
            #expect(try machine.netlab("gc", "--all").exitCode == 0)
            let down = try machine.netlab("down", "mine")
            #expect(down.exitCode == 1 && down.error.contains("it holds notes and no lab.json"), "\(down.transcript)")
            #expect(try machine.shell("cat /run/netlab/mine/notes") == "precious\n")
            try machine.shell("rm -r /run/netlab")
        }
    }
}

extension LabUp {
    /// Process ids of the lab's daemons.
    func daemons() throws -> [String] {
        try machine.processes().filter { $0.contains("daemon --lab \(name) ") }.map {
            String($0.split(separator: " ")[0])
        }
    }

    /// Ends whatever daemons the lab has.
    func killDaemons() throws {
        for process in try daemons() {
            try machine.shell("kill -9 \(process); while kill -0 \(process) 2>/dev/null; do sleep 0.005; done")
        }
    }

    /// Uids of nodes and pods, by name.
    func uids() throws -> [String: String] {
        var result: [String: String] = [:]
        for object in try (json("pods", "-A").array ?? []) + (json("nodes").array ?? []) {
            result[object["metadata"]?["name"]?.text ?? ""] = object["metadata"]?["uid"]?.text
        }
        return result
    }

    /// `status` tells what is left of the lab and what can be done.
    func expectLost(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let status = try netlab("status")
        #expect(status.exitCode == 1, "\(status.transcript)", sourceLocation: sourceLocation)
        #expect(
            status.error.contains("the state of lab \"\(name)\" was lost from /run/netlab/\(name)")
                && status.error.contains(what) && status.error.contains("netlab down \(name)"),
            "\(status.transcript)", sourceLocation: sourceLocation)
    }

    /// One daemon, nothing to do, and the service answers.
    func expectWhole(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try daemons().count == 1, sourceLocation: sourceLocation)
        let plan = try up("--dry-run")
        #expect(plan.lines == ["nothing to do"], "\(plan.transcript)", sourceLocation: sourceLocation)
        let answer = try curl("kind-control-plane", "10.96.37.61:8080")
        #expect(answer.hasPrefix("Hello, world!"), "\(answer)", sourceLocation: sourceLocation)
    }
}
