internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab kubeconfig [LAB]`
struct KubeconfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print a lab's kubeconfig, for kubectl, Helm and client libraries.",
        discussion: """
            It holds a key that lets its bearer do everything in the lab, which includes running programs as root \
            below `command:` (docs/security.md): keep it as you would keep sudo. With the daemon's port in it, it \
            stays good until the lab is taken down.

            EXAMPLES:
              netlab kubeconfig three-node > lab.yaml; KUBECONFIG=lab.yaml kubectl get nodes
              netlab kubeconfig --path               where the file is, for root
              netlab kubeconfig --internal           with the address inside the lab, for pods and nodes
            """)

    @OptionGroup var lab: LabArgument

    @Flag(name: .long, help: "Print the file's path instead.")
    var path = false

    @Flag(name: .long, help: "The server's address inside the lab: the control plane's, port 6443.")
    var `internal` = false

    func validate() throws {
        if path, `internal` { throw ValidationError("--path and --internal exclude each other") }
    }

    func run() throws {
        let running = try lab.find()
        guard let bytes = try StateFile.read(running.paths.kubeconfig) else {
            throw CommandFailure(
                .failed, "lab \"\(running.name)\" has no kubeconfig yet", advice: "`netlab up \(running.name)` makes it"
            )
        }
        if path { return StandardStream.output.write(running.paths.kubeconfig + "\n") }
        var text = String(decoding: bytes, as: UTF8.self)
        if `internal` {
            guard case .objects(let objects) = try running.ask(.objects(resource: "endpoints")),
                let server = Kubeconfig.insideServer(objects)
            else {
                throw CommandFailure(.failed, "lab \"\(running.name)\" has no control plane")
            }
            text = Kubeconfig.text(text, withServer: server)
        }
        StandardStream.output.write(text)
    }
}
