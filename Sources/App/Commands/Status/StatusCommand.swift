internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab status [LAB] [--wait]`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how a lab is, in the shape of `cilium status`.",
        discussion: """
            Compares what the kernel holds with what it should: differences are listed under Drift, and what somebody \
            added by hand under Foreign.

            EXAMPLES:
              netlab status
              netlab status three-node --wait
              netlab status --json

            Without --wait the exit code is 0 even when there are errors, as for `cilium status`.
            """)

    @OptionGroup var lab: LabArgument

    @Flag(name: .long, help: "Wait until there are no errors and no warnings.")
    var wait = false

    @Option(name: .long, help: "Seconds to wait at most.")
    var waitDuration = Seconds(300)

    @OptionGroup var output: JSONFlag

    func run() throws {
        let running = try lab.find()
        let deadline = Clock.monotonic() + waitDuration.value
        var status = try ask(running)
        while wait, !isGood(status), Clock.monotonic() < deadline {
            StandardStream.pause(seconds: 0.05)
            status = try ask(running)
        }
        if output.json {
            try JSONOutput.print(status)
        } else {
            let painter = StandardStream.output.isTerminal ? Terminal().paint : { _, text in text }
            StandardStream.output.write(StatusText(status: status, paint: painter).text)
        }
        if wait, !isGood(status) {
            throw CommandFailure(
                .failed, "Unable to determine status: timeout while waiting for status to become successful")
        }
    }

    private func isGood(_ status: LabStatus) -> Bool {
        status.cniInstalled && status.errors.isEmpty && status.warnings.isEmpty && status.drift.isEmpty
    }

    private func ask(_ running: RunningLab) throws -> LabStatus {
        guard case .status(let status) = try running.ask(.status) else {
            throw CommandFailure(.failed, "the daemon answered something else")
        }
        return status
    }
}
