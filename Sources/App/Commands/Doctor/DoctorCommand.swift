internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check whether this machine can run labs.",
        discussion: """
            Tries what a lab needs in a nameless namespace that is gone at once, and looks for leftovers.

            EXAMPLES:
              netlab doctor
              netlab doctor --json

            Exit code 4 when something is missing that every lab needs.
            """)

    @OptionGroup var output: JSONFlag

    struct Finding: Encodable {
        let name: String
        let available: Bool
        let cost: String
        let advice: String
    }

    func run() throws {
        let capabilities = KernelProbe.run()
        let leftovers = ProcessEnvironment.isRoot ? (try? GarbageCollection.find(includingResumable: false)) ?? [] : []
        let findings =
            capabilities.map {
                Finding(name: $0.name, available: $0.isAvailable, cost: $0.cost, advice: $0.advice)
            } + [
                Finding(
                    name: "nothing left behind by earlier labs", available: leftovers.isEmpty,
                    cost: leftovers.map(\.object).joined(separator: ", "), advice: "remove it with `netlab gc`")
            ]
        if output.json {
            try JSONOutput.print(findings)
        } else {
            for finding in findings { show(finding) }
        }
        if capabilities.contains(where: { !$0.isAvailable && $0.isRequired }) { throw ExitCodeOnly(4) }
    }

    private func show(_ finding: Finding) {
        guard !finding.available else { return StandardStream.output.write(" ✓ \(finding.name)\n") }
        StandardStream.output.write(" ✗ \(finding.name): \(finding.cost)\n")
        if !finding.advice.isEmpty { StandardStream.output.write("   \(finding.advice)\n") }
    }
}
