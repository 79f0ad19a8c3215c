internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab down [LAB] [--all]`
struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Take a lab down and leave nothing behind.",
        discussion: """
            Ends its pods and its daemon and removes its namespaces and its state, also after a crash. Returns when \
            the kernel has let go of all of it. A lab that is not there is no error, as for `kind delete cluster`.

            EXAMPLES:
              netlab down
              netlab down three-node
              netlab down --all
            """)

    @Argument(
        help: "The lab. May be left out when only one is up (or with NETLAB_LAB).",
        completion: .custom { _, _, _ in NameCompletion.labsUp() })
    var lab: String?

    @Flag(name: .long, help: "Take every lab down.")
    var all = false

    @Flag(name: [.short, .long], help: "Say nothing unless something goes wrong.")
    var quiet = false

    func run() throws {
        try RunningLab.requireRoot()
        for paths in try labs() {
            if !quiet { Terminal().line("Deleting lab \"\(paths.lab)\" ...") }
            do throws(ControlFailure) {
                try LabRemoval(paths).run()
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    private func labs() throws -> [LabPaths] {
        if all { return try LabRemoval.labs() }
        if let named = lab ?? ProcessEnvironment["NETLAB_LAB"] {
            return [LabPaths(named.split(separator: "/").last.map(String.init) ?? named)]
        }
        let known = try LabRemoval.labs()
        if known.count > 1 {
            throw CommandFailure(
                .usage, "several labs are up: " + known.map(\.lab).joined(separator: ", "),
                advice: "name one of them, or use --all")
        }
        if known.isEmpty, !quiet { StandardStream.error.write("No lab is up.\n") }
        return known
    }
}
