internal import Checks
internal import Daemon
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import NetworkPlanning

/// One lab of a run: brought up when it is not, tested, taken down again when it was brought up for this.
struct LabRun {
    let submitted: SubmittedLab
    let files: Lab
    /// Those of its checks that were chosen, in the order of the file.
    let checks: [Check]
    /// Leave a lab up that was brought up for the tests.
    let keeps: Bool
    /// Also check what changes a lab that was up before.
    let mayChange: Bool
    let probes: any LabProbes
    /// The directory for what is collected about failures; nil: nothing is.
    let evidence: String?

    /// How many checks are looked at together: a red one waits, and the others need not wait with it.
    private static let atOnce = 8

    /// The checks in their order, those together that only look; one that changes the lab is alone.
    private var batches: [[Check]] {
        checks.reduce(into: []) { batches, check in
            if let last = batches.last?.last, !last.changesLab, !check.changesLab {
                batches[batches.count - 1].append(check)
            } else {
                batches.append([check])
            }
        }
    }

    private var paths: LabPaths { LabPaths(submitted.name) }

    /// - Parameter tell: called with each result as it comes.
    func run(_ tell: @escaping (CheckResult) -> Void) -> LabReport {
        let start = Clock.monotonic()
        var report = LabReport(lab: submitted.name, path: files.path)
        report.wasUp = ProcessEnvironment.isRoot && StateFile.isDirectory(paths.directory)
        func add(_ result: CheckResult) {
            report.checks.append(result)
            tell(result)
        }
        if Interruption.isRequested {
            for check in checks { add(Self.interrupted(check)) }
            return report
        }
        do {
            try RunningLab.requireRoot()
            if !report.wasUp { try bringUp() }
            let view = LabView(running: RunningLab(paths: paths), files: files)
            let recorder = evidence.map { _ in EventRecorder(lab: submitted.name) }
            defer { recorder?.end() }
            let collector: any Evidence =
                if let evidence, let recorder {
                    EvidenceDirectory(view, below: evidence, events: recorder, probes: probes)
                } else {
                    NoEvidence()
                }
            let runner = CheckRunner(view: view, probes: probes, evidence: collector)
            for batch in batches {
                if report.wasUp, batch[0].changesLab, !mayChange {
                    add(
                        CheckResult(batch[0], .skipped, message: "it changes the lab, which was up already (--actions)")
                    )
                } else {
                    InOrder.run(
                        batch, workers: Self.atOnce,
                        { Interruption.isRequested ? Self.interrupted($0) : runner.run($0) }, add)
                }
            }
        } catch {
            // Every check is named all the same: what did not run must not look as if it did not exist.
            let failure = CommandFailure.describing(error)
            let status: CheckResult.Status = failure.kind == .environment ? .environment : .broken
            for check in checks { add(CheckResult(check, status, message: failure.message)) }
        }
        if !report.wasUp, !keeps, ProcessEnvironment.isRoot { takeDown() }
        report.seconds = Clock.monotonic() - start
        return report
    }

    private static func interrupted(_ check: Check) -> CheckResult {
        CheckResult(check, .skipped, message: "the run was interrupted")
    }

    private func bringUp() throws {
        let terminal = Terminal()
        let needs = try LabPreflight.run(files, terminal)
        do throws(ControlFailure) {
            let reply = try DaemonStart.ask(.up(submitted, UpOptions()), paths: paths) { event in
                if case .warning(let text) = event { terminal.warning(text) }
            }
            // Checks say it in their own words; this says it also where they do not look.
            guard case .verification(let verification) = reply else { return }
            for check in verification.checks where !check.passed { terminal.check(check) }
        } catch {
            throw LabPreflight.explained(error, needs)
        }
    }

    private func takeDown() {
        do throws(ControlFailure) {
            try LabRemoval(paths).run()
        } catch {
            Terminal().line("netlab: lab \"\(paths.lab)\" could not be taken down: \(error.message)")
        }
    }
}

extension CommandFailure {
    /// Whatever was thrown, as the program's end would tell it.
    static func describing(_ error: any Error) -> CommandFailure {
        switch error {
        case let failure as CommandFailure: failure
        case let error as KernelError: CommandFailure(error)
        default: CommandFailure(.failed, "\(error)")
        }
    }
}
