internal import Checks
internal import Daemon
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel

/// Carries one check after the other out on a lab that is up.
///
/// It looks and sends packets; it changes nothing, but for the actions of `converges`, which it undoes.
struct CheckRunner {
    let view: LabView
    let probes: any LabProbes
    let evidence: any Evidence

    /// What one look found.
    private struct Look {
        var findings: [Finding]
        var outcomes: [Probe: ProbeOutcome]
        var inventory: Inventory
    }

    func run(_ check: Check) -> CheckResult {
        let start = Clock.monotonic()
        var result = CheckResult(check, .passed)
        do {
            let last = try judged(check, &result, start)
            if !last.findings.isEmpty { conclude(check, last, &result) }
        } catch {
            // The lab is up: what cannot be done to it, or asked of it, is its failure and not a missing answer.
            let failure = CommandFailure.describing(error)
            let isEnvironment = failure.kind == .environment
            result.status = isEnvironment ? .environment : check.isWarning ? .warning : .failed
            result.findings = [
                Finding(
                    "\(check.subject)", failure.message, wanted: "to be done", found: failure.message,
                    isEnvironment: isEnvironment)
            ]
        }
        result.seconds = Clock.monotonic() - start
        return result
    }

    /// Looks as often as the check says.
    private func judged(_ check: Check, _ result: inout CheckResult, _ start: Double) throws -> Look {
        guard case .converges(let convergence) = check.subject else { return try watch(check, &result, from: start) }
        let action = try LabAction(convergence.action, on: view)
        let begin = Clock.monotonic()
        do {
            try action.perform()
            let last = try watch(check, &result, from: begin)
            if last.findings.isEmpty { result.converged = Clock.monotonic() - begin }
            try action.undo()
            return last
        } catch {
            try? action.undo()
            throw error
        }
    }

    private func watch(_ check: Check, _ result: inout CheckResult, from start: Double) throws -> Look {
        var pause = 0.01
        while true {
            let look = try look(check)
            result.attempts += 1
            let passed = Clock.monotonic() - start
            // What this machine cannot do now it cannot do in a second either.
            if look.findings.contains(where: \.isEnvironment) || Interruption.isRequested { return look }
            switch check.timing {
            case .within(let limit): if look.findings.isEmpty || passed >= limit { return look }
            case .holds(let window): if !look.findings.isEmpty || passed >= window { return look }
            }
            StandardStream.pause(seconds: pause)
            pause = min(0.25, pause * 2)
        }
    }

    private func look(_ check: Check) throws -> Look {
        let inventory = try view.inventory()
        let examination = Examination(check.subject, in: inventory)
        var sight = LabSight()
        let outcomes = probes.send(examination.probes, timeout: check.timeout)
        sight.outcomes = Dictionary(zip(examination.probes, outcomes)) { first, _ in first }
        if !examination.namespaces.isEmpty { sight.network = try probes.observe(examination.namespaces) }
        if let comparison = examination.comparison { sight.difference = try view.difference(comparison) }
        if examination.needsForwarding { sight.forwarding = view.forwarding() }
        return Look(findings: examination.findings(sight), outcomes: sight.outcomes, inventory: inventory)
    }

    private func conclude(_ check: Check, _ look: Look, _ result: inout CheckResult) {
        result.findings = look.findings
        if look.findings.contains(where: \.isEnvironment) {
            result.status = .environment
            return
        }
        result.status = check.isWarning ? .warning : .failed
        if look.findings.contains(where: { $0.probe != nil }),
            let network = try? probes.observe(look.inventory.namespaces)
        {
            result.findings = look.findings.explained(by: network, in: look.inventory)
        }
        result.evidence = evidence.collect(
            CheckFailure(
                check: check, findings: result.findings, inventory: look.inventory, outcomes: look.outcomes))
    }
}
