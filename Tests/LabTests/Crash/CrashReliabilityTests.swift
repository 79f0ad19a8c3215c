import Foundation
import NetlabTestSupport
import Testing

/// Design 6 and 11: a command killed, or refused by the kernel, at any of the changes it makes.
///
/// Each test counts the places first (`NETLAB_FAULT`, docs/testing.md). The full form goes through every place of every
/// command; the short one through a sample, chosen by a seed.
@Suite(.enabled(if: KernelTestGate.canRun)) struct CrashReliabilityTests {
    @Test(
        "design 6: killed before and after every change, up finishes the job, down leaves nothing, status tells the truth",
        arguments: CrashScenario.all)
    func killed(_ scenario: CrashScenario) throws {
        try Machine.with { machine throws in
            let rounds = try CrashRounds(scenario, on: machine)
            var resumed = 0
            var removed = 0
            for (index, (number, place)) in rounds.sample(3).enumerated() {
                // A shim's starter is the daemon: it dies with its daemon, and alone.
                let isShim = ["shim", "container"].contains(place.part)
                let rules = ["killall:before", "killall:after"] + (isShim ? ["kill:before", "kill:after"] : [])
                for (turn, rule) in rules.enumerated() {
                    // What stands after one change is what stands before the next: with the two dealt with differently,
                    // each state is resumed once and removed at once once.
                    let fault = "\(rule):\(place.place)"
                    guard try rounds.disturbed(fault) != nil else { continue }
                    try rounds.expectTruth(after: "\(fault), \(place.name)")
                    if (Reliability.isFull ? number : index + turn).isMultiple(of: 2) {
                        try rounds.expectUp(after: "\(fault), \(place.name)")
                        resumed += 1
                    } else {
                        removed += 1
                    }
                    try rounds.expectDown(after: "\(fault), \(place.name)")
                }
            }
            rounds.expectFewMissed()
            Reliability.report(
                "crash", "\(scenario.name) killed before and after each change",
                "\(rounds.places.count) changes, \(rounds.faults) kills, \(resumed) resumed by up, \(removed) removed at "
                    + "once by down, \(rounds.missed) places not reached, \(rounds.failures) failures, seed \(CrashRounds.seed)"
            )
        }
    }

    @Test(
        "design 11: a daemon that dies while it makes a new lab leaves nothing half-built: the command takes it away",
        arguments: [CrashScenario.create, .up])
    func daemonKilled(_ scenario: CrashScenario) throws {
        try Machine.with { machine throws in
            let rounds = try CrashRounds(scenario, on: machine)
            let daemons = ["daemon", "create", "up", "runtime"]
            for (_, place) in rounds.sample(3, offset: 31) where daemons.contains(place.part) {
                let fault = "kill:after:\(place.place)"
                let what = "\(fault), \(place.name)"
                guard let outcome = try rounds.disturbed(fault) else { continue }
                // The last changes come after the answer.
                if outcome.exitCode != 0 {
                    rounds.expectMessage(outcome, cause: "daemon ended before it answered", after: what)
                    try rounds.expectNothing(after: what)
                    try rounds.expectTruth(after: what)
                }
                try rounds.expectDown(after: what)
            }
            rounds.expectFewMissed()
            Reliability.report(
                "crash", "\(scenario.name) whose daemon is killed after each change",
                "\(rounds.faults) kills, \(rounds.failures) failures, seed \(CrashRounds.seed)")
        }
    }

    @Test(
        "design 11: an errno at every kernel call is one clear message with the documented exit code, and nothing half-built",
        arguments: CrashScenario.all)
    func refused(_ scenario: CrashScenario) throws {
        try Machine.with { machine throws in
            let rounds = try CrashRounds(scenario, on: machine)
            var borne = 0
            for (number, place) in rounds.sample(4, offset: 53) {
                let choices = place.errnos
                let (name, text) = choices[number % choices.count]
                let what = "\(name) at \(place)"
                guard let outcome = try rounds.disturbed("errno:\(name):\(place.place)") else { continue }
                if outcome.exitCode == 0 {
                    borne += 1
                    try rounds.expectBorne(outcome, after: what)
                } else {
                    rounds.expectMessage(outcome, cause: text, after: what)
                    if scenario.isNew { try rounds.expectNothing(after: what) }
                }
                try rounds.expectTruth(after: what)
                try rounds.expectUp(after: what)
                try rounds.expectDown(after: what)
            }
            rounds.expectFewMissed()
            Reliability.report(
                "crash", "\(scenario.name) refused at each kernel call",
                "\(rounds.places.count) calls, \(rounds.faults) errnos, \(borne) of them borne, \(rounds.missed) places not "
                    + "reached, \(rounds.failures) failures, seed \(CrashRounds.seed)")
        }
    }

    @Test("the changes of a command have the same numbers in every run, and a rule that cannot be read is refused")
    func numbersAreTheSame() throws {
        try Machine.with { machine throws in
            let lab = RandomName.lab()
            var runs: [[FaultPlace]] = []
            for _ in 0..<2 {
                let record = try FaultRecord()
                defer { record.remove() }
                let create = try machine.netlab(
                    "create", "three-node", "--name", lab, "-q", environment: record.rules())
                #expect(create.exitCode == 0, "\(create.transcript)")
                runs.append(record.places)
                let down = try machine.netlab("down", lab, "-q")
                #expect(down.exitCode == 0, "\(down.transcript)")
                try machine.shell("umount -n /run/netns")
            }
            #expect(runs[0] == runs[1] && runs[0].count > 50)
            for rule in ["kill", "kill:now:up/1", "errno:ENOSUCH:up/1", "hurt:before:up/1"] {
                let outcome = try machine.netlab("down", lab, environment: ["NETLAB_FAULT": rule])
                #expect(outcome.exitCode == 2 && outcome.error.contains("NETLAB_FAULT"), "\(outcome.transcript)")
            }
        }
    }

    @Test("design 11: a full disk under /run, from the first page to the last one missing, is one clear message")
    func fullDisk() throws {
        try Machine.with { machine throws in
            let lab = RandomName.lab()
            var sizes: [Int] = []
            var foreseen = 0
            var isEnough = false
            let step = Reliability.rounds(short: 24, full: 4)
            for kilobytes in stride(from: 4, through: 4096, by: step) where !isEnough {
                try machine.shell(
                    "mount -n -t tmpfs -o size=\(kilobytes)k none /run && mkdir /run/netns && df --output=avail /run")
                let up = try machine.run(
                    [Repository.netlab, "up", "three-node", "--name", lab, "-q"], limit: 120)
                isEnough = up.exitCode == 0
                if !isEnough {
                    sizes.append(kilobytes)
                    let messages = up.errorLines.filter { $0.contains("netlab: ") }
                    #expect(up.exitCode == 4 && messages.count == 1, "\(kilobytes) KiB: \(up.transcript)")
                    // With too little to begin with, what is looked at beforehand says so, in doctor's words.
                    let isForeseen = up.error.contains("room under /run: ") && up.error.contains("fix: ")
                    if isForeseen { foreseen += 1 }
                    #expect(
                        isForeseen
                            || up.error.contains("No space left on device")
                                && up.error.contains("make room under /run"),
                        "\(kilobytes) KiB: \(up.transcript)")
                    #expect(try machine.shell("ls -A /run; ls -A /run/netns") == "netns\n", "\(kilobytes) KiB")
                }
                let down = try machine.netlab("down", lab, "-q")
                #expect(down.exitCode == 0, "\(kilobytes) KiB: \(down.transcript)")
                try machine.shell("umount -n /run/netns; umount -n /run")
            }
            #expect(isEnough && foreseen > 0 && sizes.count - foreseen > 1)
            Reliability.report(
                "crash", "up on a full disk",
                "\(sizes.count) sizes up to \(sizes.last ?? 0) KiB, \(foreseen) of them seen beforehand, 0 failures")
        }
    }
}
