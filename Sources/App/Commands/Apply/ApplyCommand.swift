internal import ArgumentParser
internal import Daemon
internal import LabFiles
internal import LinuxKernel

/// `netlab apply [LAB] [-f manifest.yaml]...`
struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Apply manifests to a lab that is up, as `kubectl apply -f` does.",
        discussion: """
            Without -f, the lab's own manifests, as they were at its last create or up. Waits until the pods run.

            EXAMPLES:
              netlab apply
              netlab apply -f deployment.yaml
            """)

    @OptionGroup var lab: LabArgument

    @Option(name: [.customShort("f"), .long], help: "A file of manifests.", completion: .file())
    var filename: [String] = []

    @Option(name: .long, help: "Seconds to wait for pods to become ready.")
    var timeout = Seconds(30)

    @Flag(name: [.short, .long], help: "Say nothing unless something goes wrong.")
    var quiet = false

    func run() throws {
        let running = try lab.find()
        let view = ProgressView(Terminal(), isQuiet: quiet)
        _ = try running.ask(.apply(files: try files(), timeout: timeout.value)) { view.show($0) }
    }

    private func files() throws -> [SourceFile] {
        do throws(LabProblems) {
            var files: [LabFile] = []
            for path in filename { files.append(try LabLoading.file(path)) }
            // Once here, where the bytes are: what is no text at all does not survive the way to the daemon.
            _ = try LabFiles.manifests(files)
            return files.map { SourceFile($0) }
        } catch {
            throw LabLoading.failure(error)
        }
    }
}
