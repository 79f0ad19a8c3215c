internal import ArgumentParser
internal import Daemon
internal import LabFiles
internal import LinuxKernel
internal import NetworkPlanning

/// `netlab cni ...`
struct CNICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cni", abstract: "Install or change the CNI.",
        discussion: """
            EXAMPLES:
              netlab cni install three-node
              netlab cni install --set autoDirectNodeRoutes=false
            """,
        subcommands: [Install.self])

    /// `netlab cni install [LAB] [-f values.yaml] [--set k=v]...`
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Install Cilium with Helm values, or change the values in place.",
            discussion: """
                Takes what `helm install cilium cilium/cilium --version 1.12.4` takes. The lab's cilium.yaml is used \
                unless -f names other files; --set goes over both. Run again with other values, it changes what \
                differs and recreates nothing.

                EXAMPLES:
                  netlab cni install
                  netlab cni install three-node --set autoDirectNodeRoutes=false
                  netlab cni install -f my-values.yaml --set bpf.masquerade=false
                """)

        @OptionGroup var lab: LabArgument

        @Option(
            name: [.customShort("f"), .long], help: "A file of Helm values, in place of the lab's cilium.yaml.",
            completion: .file())
        var values: [String] = []

        @Option(name: .long, help: "A value, as for Helm: a.b=c[,d=e].")
        var set: [String] = []

        @Flag(name: [.short, .long], help: "Say nothing unless something goes wrong.")
        var quiet = false

        func run() throws {
            let running = try lab.find()
            let view = ProgressView(Terminal(), isQuiet: quiet)
            _ = try running.ask(.installCNI(values: try files(), set: set)) { view.show($0) }
        }

        private func files() throws -> [SourceFile] {
            do throws(LabProblems) {
                var files: [LabFile] = []
                for path in values { files.append(try LabLoading.file(path)) }
                // Once here, where the bytes are: what is no text at all does not survive the way to the daemon.
                if !files.isEmpty { _ = try LabFiles.cilium(files: files, set: set) }
                return files.map { SourceFile($0) }
            } catch {
                throw LabLoading.failure(error)
            }
        }
    }
}
