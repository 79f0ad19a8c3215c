internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab kubectl ARGUMENTS`
struct KubectlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubectl", abstract: "Run this machine's kubectl against a lab.",
        discussion: """
            Everything behind the word goes to kubectl as it is; only `--lab NAME` directly behind it is netlab's, for \
            when several labs are up and NETLAB_LAB is not set.

            EXAMPLES:
              netlab kubectl get pods -o wide
              netlab kubectl --lab three-node create deployment web --image=hello-app
            """)

    @Argument(parsing: .captureForPassthrough, help: "[--lab NAME] and kubectl's own words.")
    var arguments: [String] = []

    func run() throws {
        var words = arguments
        if ["--help", "-h"].contains(words.first), words.count == 1 { throw CleanExit.helpRequest(self) }
        var name: String?
        if let first = words.first, first == "--lab" || first.hasPrefix("--lab=") {
            words.removeFirst()
            name = first == "--lab" ? words.first : String(first.dropFirst("--lab=".count))
            if first == "--lab" { words = Array(words.dropFirst()) }
        }
        let running = try RunningLab.find(name)
        let (message, code) = ProgramStart.become(
            ["kubectl"] + words, adding: ["KUBECONFIG": running.paths.kubeconfig])
        StandardStream.error.write("netlab: \(message)\n")
        if code == 127 { StandardStream.error.write("  install kubectl, or use `netlab get`\n") }
        throw ExitCodeOnly(code)
    }
}
