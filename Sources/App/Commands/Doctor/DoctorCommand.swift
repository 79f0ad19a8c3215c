internal import ArgumentParser
internal import LinuxKernel
internal import Preflight

/// `netlab doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check whether this machine can run labs, or one lab.",
        discussion: """
            Looks at rights, kernel features, limits, settings, leftovers and conflicts, and says of what is missing \
            or too small what it costs and what to type. With a lab, judges what that lab's files need. Changes \
            nothing: features are tried in a nameless namespace that is gone at once. Without root it says what it \
            could not see.

            EXAMPLES:
              netlab doctor
              netlab doctor three-node
              netlab doctor --json

            Exit code 4 when something is missing that every lab, or the lab named, needs.
            """)

    @Argument(
        help: "A lab's name, a directory, or a kind config. Left out: labs in general.",
        completion: .custom { _, _, _ in LabSearch().names() })
    var lab: String?

    @OptionGroup var output: JSONFlag

    func run() throws {
        let needs = try lab.map { LabNeeds(try LabLoading.submit($0, name: nil, access: nil).files) } ?? .general
        let diagnosis = Diagnosis(LabPreflight.survey(), needs)
        if output.json {
            try JSONOutput.print(diagnosis)
        } else {
            StandardStream.output.write(diagnosis.text)
        }
        if !diagnosis.canRun { throw ExitCodeOnly(4) }
    }
}
