internal import ArgumentParser
internal import Daemon

/// `netlab create LAB`
struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make the nodes of a lab only, as `kind create cluster` does.",
        discussion: """
            The nodes are NotReady and each has two routes, until a CNI is installed.

            EXAMPLES:
              netlab create three-node
              netlab create kind-config.yaml --name demo
            """)

    @Argument(
        help: "A lab's name, a directory, or a kind config. Left out: NETLAB_LAB, or the working directory.",
        completion: .custom { _, _, _ in LabSearch().names() })
    var lab: String?

    @Option(name: .long, help: "Call the lab by this name instead of its directory's.")
    var name: String?

    @OptionGroup var access: AccessFlags

    @Flag(name: [.short, .long], help: "Say nothing unless something goes wrong.")
    var quiet = false

    func run() throws {
        let (source, files) = try LabLoading.submit(lab, name: name, access: access.access)
        let terminal = Terminal()
        let needs = try LabPreflight.run(files, terminal)
        if !quiet { terminal.line("Creating lab \"\(source.name)\" ...") }
        let view = ProgressView(terminal, isQuiet: quiet)
        do throws(ControlFailure) {
            _ = try DaemonStart.ask(.create(source), paths: LabPaths(source.name)) { view.show($0) }
        } catch {
            throw LabPreflight.explained(error, needs)
        }
        if !quiet {
            terminal.line("The nodes have no CNI yet. Look at them with:\n\nnetlab nodes\n")
            terminal.line("Install Cilium with: netlab cni install \(source.name)")
        }
    }
}
