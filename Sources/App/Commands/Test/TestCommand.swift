internal import ArgumentParser
internal import Checks
internal import Daemon
internal import LabFiles
internal import LinuxKernel

/// `netlab test LAB...`
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Check labs against their checks.yaml, for people and for pipelines.",
        discussion: """
            Brings each lab up, carries its checks out and takes it down again. A lab that is up already is tested \
            exactly as it stands, is not repaired, and stays up.

            Exit codes: 0 all passed, 1 something failed, 2 nothing ran or wrong usage, 3 warnings only, 4 this \
            machine cannot run a lab.

            EXAMPLES:
              netlab test three-node
              netlab test three-node services --junit out.xml
              netlab test three-node --only 'reach|mtu'     some of the checks
              netlab test three-node --keep                 leave the lab up, to look around
              netlab test labs/* --shard 1/3                a third of them, for one of three machines
            """)

    @Argument(
        help: "Labs by name or directory. Left out: NETLAB_LAB, or the working directory.",
        completion: .custom { _, _, _ in LabSearch().names() })
    var labs: [String] = []

    @Option(name: .long, help: "Call the lab by this name instead of its directory's. For one lab.")
    var name: String?

    @Option(name: .long, help: "Only checks whose LAB: NAME this regular expression matches.")
    var only: NamePattern?

    @OptionGroup var reports: ReportFiles

    @Flag(name: .long, help: "Leave labs up that were brought up for this.")
    var keep = false

    @Flag(name: .long, help: "Also run checks that change a lab (converges) on labs that were up already.")
    var actions = false

    @Option(name: .long, help: "How many labs at the same time.")
    var parallel = 1

    @Option(name: .long, help: "Only the I-th of N parts of the checks, as I/N.")
    var shard: Shard?

    @OptionGroup var access: AccessFlags

    func validate() throws {
        if name != nil, labs.count > 1 { throw ValidationError("--name is for one lab") }
        if !(1...64).contains(parallel) { throw ValidationError("--parallel is a number from 1 to 64") }
    }

    func run() throws {
        let started = (wall: Clock.wall(), monotonic: Clock.monotonic())
        try self.reports.check()
        let runs = try selected()
        Interruption.watch()
        let reports = carryOut(runs)
        let report = TestReport(
            started: started.wall, seconds: Clock.monotonic() - started.monotonic, labs: reports)
        StandardStream.output.write((runs.isEmpty ? "" : "\n") + report.conclusion + "\n")
        try self.reports.write(report)
        if let code = Interruption.exitCode { throw ExitCodeOnly(code) }
        if report.exitCode == 2 { Terminal().line("netlab: no check ran") }
        if report.exitCode != 0 { throw ExitCodeOnly(report.exitCode) }
    }

    /// The labs with the checks that were chosen, in the order typed; labs without any are left out.
    private func selected() throws -> [LabRun] {
        var runs: [LabRun] = []
        var number = 0
        for word in labs.isEmpty ? [nil] : labs.map(Optional.some) {
            let (submitted, files) = try LabLoading.submit(word, name: name, access: access.access)
            guard !runs.contains(where: { $0.submitted.name == submitted.name }) else {
                throw CommandFailure(.usage, "two labs are called \"\(submitted.name)\"")
            }
            guard let all = files.checks else {
                Terminal().warning("\(files.path) has no checks.yaml")
                continue
            }
            let chosen = all.checks.filter { check in
                guard only?.matches("\(submitted.name): \(check.name)") ?? true else { return false }
                defer { number += 1 }
                return shard?.has(number) ?? true
            }
            if chosen.isEmpty { continue }
            runs.append(
                LabRun(
                    submitted: submitted, files: files, checks: chosen, keeps: keep, mayChange: actions,
                    probes: LinuxProbes(), evidence: reports.evidenceDirectory))
        }
        return runs
    }

    /// Runs the labs, some at once, and prints each in the order typed.
    private func carryOut(_ runs: [LabRun]) -> [LabReport] {
        let text = TestText()
        guard parallel > 1, runs.count > 1 else {
            return runs.map { run in
                StandardStream.output.write(text.heading(run.submitted.name))
                return run.run { StandardStream.output.write(text.lines($0)) }
            }
        }
        var reports: [LabReport] = []
        InOrder.run(runs, workers: parallel, { run in run.run { _ in } }) { report in
            StandardStream.output.write(text.heading(report.lab) + report.checks.map { text.lines($0) }.joined())
            reports.append(report)
        }
        return reports
    }
}
