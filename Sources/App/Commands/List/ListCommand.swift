internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab list`
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the labs that are up, or with --available those that could be.",
        discussion: """
            EXAMPLES:
              netlab list
              netlab list --available
            """,
        aliases: ["ls"])

    @Flag(name: .long, help: "List the labs that can be started instead.")
    var available = false

    @OptionGroup var output: JSONFlag

    func run() throws {
        let names = available ? LabSearch().names() : LabPaths.all().map(\.lab)
        if output.json { return try JSONOutput.print(names) }
        if names.isEmpty {
            // kind's behaviour: nothing on standard output, a line on standard error, and success.
            StandardStream.error.write(available ? "No labs found.\n" : "No labs are up.\n")
        }
        for name in names { StandardStream.output.write(name + "\n") }
    }
}
